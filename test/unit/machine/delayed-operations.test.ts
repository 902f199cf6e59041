import { expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { type DelayedOperation, DelayedOperations } from '../../../src/machine/delayed-operations.ts'

class Waiting implements DelayedOperation {
  ready = false
  tries = 0
  outcome: 'complete' | 'expired' | undefined
  onTry: () => void = () => {}

  tryComplete(): boolean {
    expect(this.outcome).toBeUndefined()
    this.tries++
    this.onTry()
    if (!this.ready) return false
    this.outcome = 'complete'
    return true
  }

  onExpiration(): void {
    expect(this.outcome).toBeUndefined()
    this.outcome = 'expired'
  }
}

function purgatory() {
  const clock = new ManualClock()
  return { clock, operations: new DelayedOperations<string>(clock) }
}

it('an operation that can complete at once is never watched', () => {
  const { clock, operations } = purgatory()
  const operation = new Waiting()
  operation.ready = true
  expect(operations.tryCompleteElseWatch(operation, { keys: ['a'], timeoutMs: 10 })).toBe(true)
  expect([operations.size, operations.keyCount, clock.pendingTimers]).toEqual([0, 0, 0])
})

it('an operation completes by any of its keys and is then gone from all of them', () => {
  const { clock, operations } = purgatory()
  const operation = new Waiting()
  expect(operations.tryCompleteElseWatch(operation, { keys: ['a', 'b'], timeoutMs: 10 })).toBe(false)
  expect(operations.check('b')).toBe(0)
  operation.ready = true
  expect(operations.check('c')).toBe(0)
  expect(operations.check('b')).toBe(1)
  expect(operation.outcome).toBe('complete')
  expect([operations.size, operations.keyCount, clock.pendingTimers]).toEqual([0, 0, 0])
  expect(operations.check('a')).toBe(0)
  clock.advance(100)
})

it('an operation whose time is up completes with what there is, once', () => {
  const { clock, operations } = purgatory()
  const operation = new Waiting()
  operations.tryCompleteElseWatch(operation, { keys: ['a'], timeoutMs: 10 })
  clock.advance(9)
  expect(operation.outcome).toBeUndefined()
  clock.advance(1)
  expect(operation.outcome).toBe('expired')
  operations.check('a')
  expect([operations.size, operations.keyCount]).toEqual([0, 0])
})

it('completing one may complete others under the same key, or add more', () => {
  const { operations } = purgatory()
  const [first, second, third] = [new Waiting(), new Waiting(), new Waiting()]
  for (const operation of [first, second]) {
    operations.tryCompleteElseWatch(operation, { keys: ['a'], timeoutMs: 10 })
  }
  first.ready = true
  first.onTry = () => {
    second.ready = true
    operations.check('a')
    operations.tryCompleteElseWatch(third, { keys: ['a'], timeoutMs: 10 })
  }
  operations.check('a')
  expect([first.outcome, second.outcome, third.outcome]).toEqual(['complete', 'complete', undefined])
  expect(operations.size).toBeGreaterThanOrEqual(1)
})

it('a change that happens while an operation is being tried is not missed', () => {
  const { operations } = purgatory()
  const operation = new Waiting()
  operations.tryCompleteElseWatch(operation, { keys: ['a'], timeoutMs: 10 })
  operation.onTry = () => {
    operation.onTry = () => {
      operation.ready = true
    }
    operations.check('a')
  }
  expect(operations.check('a')).toBe(1)
  expect(operation.tries).toBe(3)
})

it('a shutdown expires everything, or all of one key', () => {
  const { clock, operations } = purgatory()
  const waiting = ['a', 'a', 'b', 'c'].map(key => {
    const operation = new Waiting()
    operations.tryCompleteElseWatch(operation, { keys: [key], timeoutMs: 10 })
    return operation
  })
  operations.expire('a')
  expect(waiting.map(operation => operation.outcome)).toEqual(['expired', 'expired', undefined, undefined])
  operations.expireAll()
  expect(waiting.every(operation => operation.outcome === 'expired')).toBe(true)
  expect([operations.size, operations.keyCount, clock.pendingTimers]).toEqual([0, 0, 0])
})

it('the same key twice in one operation does no harm', () => {
  const { operations } = purgatory()
  const operation = new Waiting()
  operations.tryCompleteElseWatch(operation, { keys: ['a', 'a'], timeoutMs: 10 })
  operation.ready = true
  expect(operations.check('a')).toBe(1)
  expect(operations.keyCount).toBe(0)
})

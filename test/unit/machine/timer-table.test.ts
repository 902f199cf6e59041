import { expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { TimerTable } from '../../../src/machine/timer-table.ts'

function table() {
  const clock = new ManualClock()
  const fired: string[] = []
  return { clock, fired, timers: new TimerTable(clock) }
}

it('a timer that is set again under its key fires once, at the later time', () => {
  const { clock, fired, timers } = table()
  const action = (name: string) => async () => fired.push(name)
  timers.schedule({ key: 'a', delayMs: 10, action: action('first') })
  clock.advance(5)
  timers.schedule({ key: 'a', delayMs: 10, action: action('second') })
  clock.advance(9)
  expect(fired).toEqual([])
  clock.advance(1)
  expect(fired).toEqual(['second'])
})

it('a cancelled timer never fires, not even when it was due at the same moment', () => {
  const { clock, fired, timers } = table()
  timers.schedule({ key: 'a', delayMs: 10, action: async () => timers.cancel('b') })
  timers.schedule({ key: 'b', delayMs: 10, action: async () => fired.push('b') })
  clock.advance(10)
  expect(fired).toEqual([])
  expect(timers.has('b')).toBe(false)
})

it('an action that fails is tried again, unless its key was cancelled or set meanwhile', async () => {
  const { clock, fired, timers } = table()
  const failing = (name: string) => async () => {
    fired.push(name)
    throw new Error(name)
  }
  timers.schedule({ key: 'again', delayMs: 10, retryMs: 20, action: failing('again') })
  timers.schedule({ key: 'cancelled', delayMs: 10, action: failing('cancelled') })
  timers.schedule({ key: 'replaced', delayMs: 10, action: failing('replaced') })
  clock.advance(10)
  timers.cancel('cancelled')
  timers.schedule({ key: 'replaced', delayMs: 1000, action: async () => fired.push('new') })
  await clock.advanceAndSettle(0)
  timers.cancel('none')
  await clock.advanceAndSettle(20)
  expect(fired).toEqual(['again', 'cancelled', 'replaced', 'again'])
  timers.cancelAll()
  await clock.advanceAndSettle(5000)
  expect(fired).toHaveLength(4)
  expect(timers.size).toBe(0)
  expect(clock.pendingTimers).toBe(0)
})

it('an action may set its own key again', async () => {
  const { clock, fired, timers } = table()
  const tick = async () => {
    fired.push('tick')
    timers.schedule({ key: 'a', delayMs: 10, action: tick })
  }
  timers.schedule({ key: 'a', delayMs: 10, action: tick })
  await clock.advanceAndSettle(35)
  expect(fired).toHaveLength(3)
  expect(timers.has('a')).toBe(true)
})

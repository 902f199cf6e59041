import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'

describe('the manual clock', () => {
  it('fires timers in the order they are due, then in the order they were set', () => {
    const clock = new ManualClock()
    const fired: string[] = []
    const note = (name: string) => () => void fired.push(`${name}@${clock.monotonicMs()}`)
    clock.setTimer(20, note('b'))
    clock.setTimer(10, note('a'))
    clock.setTimer(20, note('c'))
    clock.setTimer(21, note('late'))
    clock.advance(20)
    expect(fired).toEqual(['a@10', 'b@20', 'c@20'])
    expect(clock.nextDueMs).toBe(21)
  })

  it('fires what is set meanwhile and due, and nothing that is cancelled', () => {
    const clock = new ManualClock()
    const fired: string[] = []
    const cancelled = clock.setTimer(6, () => fired.push('cancelled'))
    clock.setTimer(5, () => {
      cancelled.cancel()
      clock.setTimer(5, () => fired.push('inner'))
      clock.setTimer(6, () => fired.push('later'))
    })
    clock.advance(10)
    expect(fired).toEqual(['inner'])
    expect(clock.pendingTimers).toBe(1)
  })

  it('never calls a timer at once', () => {
    const clock = new ManualClock()
    let fired = false
    clock.setTimer(0, () => {
      fired = true
    })
    expect(fired).toBe(false)
    clock.advance(0)
    expect(fired).toBe(true)
  })

  it('moves both times, and the wall clock jumps alone', () => {
    const clock = new ManualClock({ nowMs: 1000, monotonicMs: 5 })
    clock.advance(10)
    clock.jumpWallClock(-500)
    expect([clock.nowMs(), clock.monotonicMs()]).toEqual([510, 15])
  })

  it('lets promises run between timers', async () => {
    const clock = new ManualClock()
    const order: string[] = []
    clock.setTimer(1, () => void Promise.resolve().then(() => order.push('promise of the first')))
    clock.setTimer(2, () => order.push('second'))
    await clock.advanceAndSettle(2)
    expect(order).toEqual(['promise of the first', 'second'])
  })

  it('gives up on a timer that is set again without delay', () => {
    const clock = new ManualClock()
    const again = () => void clock.setTimer(0, again)
    again()
    expect(() => clock.advance(1)).toThrow('again and again')
  })
})

import { expect, it } from 'vitest'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { type MemoryUser, RequestMemory } from '../../../src/server/request-memory.ts'

const CHUNK = 256 * 1024

class User implements MemoryUser {
  isReading = true
  partialBytes = 0
  heldBytes = 0
  hasGivenUp = false
  readonly #memory: RequestMemory

  constructor(memory: RequestMemory) {
    this.#memory = memory
    memory.join(this)
  }

  receivePart(sizeBytes: number): void {
    this.partialBytes += sizeBytes
    this.heldBytes += sizeBytes
    this.#memory.take(sizeBytes)
  }

  /** The frame is whole and handed over; its memory is released later. */
  complete(): void {
    this.heldBytes -= this.partialBytes
    this.partialBytes = 0
    this.#memory.onFrameComplete(this)
  }

  stopReading(): void {
    this.isReading = false
  }

  continueReading(): void {
    this.isReading = true
  }

  giveUp(): void {
    this.hasGivenUp = true
    const { heldBytes } = this
    this.heldBytes = 0
    this.partialBytes = 0
    this.#memory.release(heldBytes)
    this.#memory.leave(this)
  }
}

function memory({ limitBytes = 4 * CHUNK, users = 0 } = {}) {
  const clock = new ManualClock()
  const budget = new RequestMemory({ limitBytes, clock })
  return { clock, budget, users: Array.from({ length: users }, () => new User(budget)) }
}

const reading = (users: readonly User[]) => users.filter(user => user.isReading).length

it('nobody is read once the memory is used up, and newcomers wait, too', () => {
  const { budget, users } = memory({ users: 3 })
  users[0]?.receivePart(4 * CHUNK)
  users[0]?.complete()
  expect(reading(users)).toBe(0)
  expect(new User(budget).isReading).toBe(false)
})

it('connections go on a few at a time, as many as what was released has room for', () => {
  const { clock, budget, users } = memory({ users: 100 })
  users[0]?.receivePart(5 * CHUNK)
  users[0]?.complete()
  budget.release(CHUNK)
  expect(reading(users)).toBe(0)
  budget.release(2 * CHUNK)
  expect(reading(users)).toBe(2)
  clock.advance(1)
  expect(reading(users)).toBe(4)
  clock.advance(200)
  expect(reading(users)).toBe(100)
  expect(clock.pendingTimers).toBe(0)
})

it('a connection that went on is stopped again when the memory is used up again', () => {
  const { budget, users } = memory({ users: 10 })
  const [first, second] = users as [User, User]
  first.receivePart(4 * CHUNK)
  first.complete()
  budget.release(CHUNK)
  expect(reading(users)).toBe(1)
  const resumed = users.find(user => user.isReading) as User
  resumed.receivePart(CHUNK)
  resumed.complete()
  expect(reading(users)).toBe(0)
  expect(second.hasGivenUp).toBe(false)
})

it('of frames that fill the memory among themselves one is read on until it is whole', () => {
  const { budget, users } = memory({ users: 4 })
  for (const user of users) user.receivePart(CHUNK)
  expect(reading(users)).toBe(1)
  const favoured = users.find(user => user.isReading) as User
  favoured.receivePart(3 * CHUNK)
  expect(favoured.isReading).toBe(true)
  favoured.complete()
  expect(favoured.isReading).toBe(false)
  budget.release(4 * CHUNK)
  expect(reading(users)).toBeGreaterThan(0)
})

it('nobody is favoured while a request in work will release memory', () => {
  const { users } = memory({ users: 4 })
  users[0]?.receivePart(2 * CHUNK)
  users[0]?.complete()
  for (const user of users.slice(1)) user.receivePart(CHUNK)
  expect(reading(users)).toBe(0)
})

it('when nothing moves for ten seconds the connection that holds the most is closed', () => {
  const { clock, users } = memory({ users: 3 })
  const [small, large] = users as [User, User, User]
  small.receivePart(CHUNK)
  large.receivePart(3 * CHUNK)
  clock.advance(9_999)
  expect(users.some(user => user.hasGivenUp)).toBe(false)
  clock.advance(1)
  expect(users.map(user => user.hasGivenUp)).toEqual([false, true, false])
  clock.advance(10)
  expect([small.isReading, users[2]?.isReading]).toEqual([true, true])
  clock.advance(20_000)
  expect(small.hasGivenUp).toBe(false)
})

it('a connection that is gone is not resumed and not favoured', () => {
  const { budget, users } = memory({ users: 2 })
  const [gone, other] = users as [User, User]
  gone.receivePart(4 * CHUNK)
  expect(gone.isReading).toBe(true)
  budget.release(4 * CHUNK)
  budget.leave(gone)
  expect(other.isReading).toBe(true)
  expect(budget.usedBytes).toBe(0)
  expect(budget.stoppedConnections).toBe(0)
})

it('memory stays near its limit, whatever a thousand connections send', () => {
  const { clock, budget, users } = memory({ limitBytes: 100 * CHUNK, users: 1000 })
  let most = 0
  for (let round = 0; round < 200; round++) {
    for (const user of users) if (user.isReading) user.receivePart(CHUNK)
    most = Math.max(most, budget.usedBytes)
    clock.advance(1)
  }
  // Each of those that were read in the first round had one chunk; later only the favoured one goes on.
  expect(most).toBeLessThan(100 * CHUNK + 200 * CHUNK)
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoggedBatch } from '../../../src/machine/record-writer.ts'
import { MemoryLog } from '../support/memory-record-writer.ts'
import { type CounterRecord, counterHost, increment, isSettled } from './counter-machine.ts'

describe('a command', () => {
  it('is answered once what it wrote is committed, in the order of the log', async () => {
    const { host, log } = counterHost()
    await host.lead()
    const answers: number[] = []
    const first = host.run(increment('a')).then(count => answers.push(count))
    const second = host.run(increment('a')).then(count => answers.push(count))
    expect(await isSettled(first)).toBe(false)
    log.commit(1)
    await first
    expect(await isSettled(second)).toBe(false)
    log.commit(2)
    await second
    expect(answers).toEqual([1, 2])
    expect(host.parkedResponses).toBe(0)
  })

  it('sees what the commands before it wrote, committed or not', async () => {
    const { host } = counterHost()
    await host.lead()
    const counts = [increment('a'), increment('a'), increment('b')].map(command => host.run(command))
    host.log.commit()
    expect(await Promise.all(counts)).toEqual([1, 2, 1])
  })

  it('is one batch, and its records know where they are', async () => {
    const { host, clock, log } = counterHost()
    await host.lead()
    const seen: number[] = []
    const running = host.run((_machine, at) => {
      seen.push(at.nextOffset, at.nowMs)
      return {
        records: [
          { name: 'a', count: 1 },
          { name: 'b', count: 1 },
        ],
        response: 'done',
      }
    })
    log.commit()
    expect(await running).toBe('done')
    expect(seen).toEqual([0, clock.nowMs()])
    expect(log.batches.map(batch => batch.records.length)).toEqual([2])
    expect(host.runSoft(machine => machine.positions)).toEqual([
      { offset: 0, leaderEpoch: 1, timestampMs: clock.nowMs(), producer: undefined },
      { offset: 1, leaderEpoch: 1, timestampMs: clock.nowMs(), producer: undefined },
    ])
  })

  it('that only reads waits for what was appended before it, and for nothing else', async () => {
    const { host, log } = counterHost()
    await host.lead()
    expect(await host.read(machine => machine.counts.size)).toBe(0)
    void host.run(increment('a'))
    const read = host.read(machine => machine.counts.get('a'))
    expect(await isSettled(read)).toBe(false)
    log.commit()
    expect(await read).toBe(1)
  })

  it('that looks at soft state waits for nothing', async () => {
    const { host } = counterHost()
    await host.lead()
    const writing = host.run(increment('a'))
    expect(host.runSoft(machine => machine.counts.get('a'))).toBe(1)
    expect(await isSettled(writing)).toBe(false)
  })

  it('with a promise for a response is answered when both are done', async () => {
    const { host, log } = counterHost()
    await host.lead()
    const others = Promise.withResolvers<string>()
    const joined = host.run(() => ({ records: [{ name: 'a', count: 1 }], response: others.promise }))
    log.commit()
    expect(await isSettled(joined)).toBe(false)
    others.resolve('all here')
    expect(await joined).toBe('all here')
  })

  it('that throws fails alone and writes nothing', async () => {
    const { host, log } = counterHost()
    await host.lead()
    const failing = host.run(() => {
      throw new Error('UNKNOWN_MEMBER_ID')
    })
    await expect(failing).rejects.toThrow('UNKNOWN_MEMBER_ID')
    expect(log.endOffset).toBe(0)
    expect(host.state).toBe('active')
  })

  it('whose append is refused fails with the reason of the log, and changes nothing', async () => {
    const { host, log } = counterHost()
    const writer = log.lead()
    await host.becomeLeader({ writer, batches: [] })
    writer.failNext(new Error('NOT_ENOUGH_REPLICAS'))
    await expect(host.run(increment('a'))).rejects.toThrow('NOT_ENOUGH_REPLICAS')
    const next = host.run(increment('a'))
    log.commit()
    expect(await next).toBe(1)
  })

  it('that does not fit into a batch is refused before anything is written', async () => {
    const { host, log } = counterHost()
    await host.lead({ maxBatchBytes: 200 })
    const large = host.run(() => ({ records: [{ name: 'x'.repeat(200), count: 1 }], response: 0 }))
    await expect(large).rejects.toThrow(/RECORD_LIST_TOO_LARGE \d+/)
    expect(log.endOffset).toBe(0)
  })

  it('fails when it is not committed in time, while what it wrote stays', async () => {
    const { host, log, clock } = counterHost({ commitTimeoutMs: 5000 })
    await host.lead()
    const first = host.run(increment('a'))
    clock.advance(3000)
    const second = host.run(increment('a'))
    clock.advance(2000)
    await expect(first).rejects.toThrow('REQUEST_TIMED_OUT')
    expect(await isSettled(second)).toBe(false)
    clock.advance(3000)
    await expect(second).rejects.toThrow('REQUEST_TIMED_OUT')
    log.commit()
    expect(await host.read(machine => machine.counts.get('a'))).toBe(2)
  })

  it('is answered at once by a log that commits during the append', async () => {
    const { host, performed } = counterHost({ log: new MemoryLog({ commitsAtOnce: true }) })
    await host.lead()
    expect(await host.run(() => ({ records: [{ name: 'a', count: 10 }], response: 'ok' }))).toBe('ok')
    expect(performed).toEqual(['a=10'])
  })

  it('may be cut into several batches by the owner', async () => {
    const { host, log } = counterHost({ intoBatches: records => records.map(record => [record]) })
    await host.lead()
    const running = host.run(() => ({
      records: ['a', 'b', 'c'].map(name => ({ name, count: 1 })),
      response: 3,
    }))
    expect(log.batches).toHaveLength(3)
    log.commit(2)
    expect(await isSettled(running)).toBe(false)
    log.commit()
    expect(await running).toBe(3)
  })

  it('of which only a part could be written ends the leadership', async () => {
    const failures: Error[] = []
    const { host, log } = counterHost({
      intoBatches: records => records.map(record => [record]),
      onFailure: error => failures.push(error),
    })
    const writer = log.lead()
    await host.becomeLeader({ writer, batches: [] })
    const append = writer.append.bind(writer)
    writer.append = batch => {
      if (log.endOffset === 1) throw new Error('NOT_LEADER_OR_FOLLOWER')
      return append(batch)
    }
    const running = host.run(() => ({
      records: [
        { name: 'a', count: 1 },
        { name: 'b', count: 1 },
      ],
      response: 0,
    }))
    await expect(running).rejects.toThrow('NOT_LEADER_OR_FOLLOWER')
    expect(host.state).toBe('failed')
    expect(failures).toHaveLength(1)
  })
})

describe('leadership', () => {
  it('gained replays everything before a command is taken', async () => {
    const { host, log } = counterHost()
    await host.lead()
    for (let round = 0; round < 3; round++) void host.run(increment('a'))
    log.commit()
    const release = Promise.withResolvers<void>()
    async function* slowly(): AsyncGenerator<LoggedBatch> {
      for (const batch of [...log.batches]) {
        yield batch
        await release.promise
      }
    }
    const leading = host.becomeLeader({ writer: log.lead(), batches: slowly() })
    expect(host.state).toBe('loading')
    await expect(host.run(increment('a'))).rejects.toThrow('COORDINATOR_LOAD_IN_PROGRESS')
    expect(() => host.runSoft(() => 0)).toThrow('COORDINATOR_LOAD_IN_PROGRESS')
    release.resolve()
    await leading
    const next = host.run(increment('a'))
    log.commit()
    expect(await next).toBe(4)
  })

  it('gained answers reads only when what was loaded is committed', async () => {
    const { host, log } = counterHost()
    await host.lead()
    void host.run(increment('a')).catch(() => {})
    await host.lead()
    const read = host.read(machine => machine.counts.get('a'))
    expect(await isSettled(read)).toBe(false)
    log.commit()
    expect(await read).toBe(1)
  })

  it('lost drops the machine and tells everyone who waits', async () => {
    const { host, log } = counterHost()
    await host.lead()
    const written = host.run(increment('a'))
    const read = host.read(() => 0)
    host.becomeFollower()
    await expect(written).rejects.toThrow('NOT_COORDINATOR')
    await expect(read).rejects.toThrow('NOT_COORDINATOR')
    await expect(host.run(increment('a'))).rejects.toThrow('NOT_COORDINATOR')
    log.truncateToHighWatermark()
    await host.lead()
    expect(await host.read(machine => machine.counts.size)).toBe(0)
  })

  it('lost while loading ends the load, whatever still comes', async () => {
    const { host, log } = counterHost()
    const release = Promise.withResolvers<void>()
    let closed = false
    async function* slowly(): AsyncGenerator<LoggedBatch> {
      try {
        await release.promise
        yield { leaderEpoch: 1, producer: undefined, endTransaction: undefined, records: [] }
      } finally {
        closed = true
      }
    }
    const leading = host.becomeLeader({ writer: log.lead(), batches: slowly() })
    host.becomeFollower()
    release.resolve()
    await leading
    expect(host.state).toBe('inactive')
    expect(closed).toBe(true)
  })

  it('gained again while loading starts anew', async () => {
    const { host, log } = counterHost()
    const release = Promise.withResolvers<void>()
    async function* slowly(): AsyncGenerator<LoggedBatch> {
      await release.promise
      yield { leaderEpoch: 1, producer: undefined, endTransaction: undefined, records: [] }
    }
    const first = host.becomeLeader({ writer: log.lead(), batches: slowly() })
    await host.lead()
    expect(host.leaderEpoch).toBe(2)
    release.resolve()
    await first
    expect(host.state).toBe('active')
    expect(host.leaderEpoch).toBe(2)
  })

  it('fails when the log cannot be read', async () => {
    const failures: Error[] = []
    const { host, log } = counterHost({ onFailure: error => failures.push(error) })
    async function* broken(): AsyncGenerator<LoggedBatch> {
      yield { leaderEpoch: 1, producer: undefined, endTransaction: undefined, records: [] }
      throw new Error('EIO')
    }
    await expect(host.becomeLeader({ writer: log.lead(), batches: broken() })).rejects.toThrow('EIO')
    expect(host.state).toBe('failed')
    expect(failures.map(error => error.message)).toEqual(['EIO'])
    await expect(host.run(increment('a'))).rejects.toThrow('NOT_COORDINATOR')
    await host.lead()
    expect(host.state).toBe('active')
  })

  it('ends when a record that is in the log cannot be replayed', async () => {
    const failures: Error[] = []
    const { host, log } = counterHost({ onFailure: error => failures.push(error) })
    await host.lead()
    const waiting = host.run(increment('a'))
    const bad = host.run(() => ({ records: [{ name: 'a', count: -1 }], response: 0 }))
    await expect(bad).rejects.toThrow('NOT_COORDINATOR')
    await expect(waiting).rejects.toThrow('NOT_COORDINATOR')
    expect(host.state).toBe('failed')
    expect(failures.map(error => error.message)).toEqual(['a negative count'])
    expect(log.endOffset).toBe(2)
  })

  it('ends when the log does not append where it said it would', async () => {
    const { host, log } = counterHost()
    const writer = log.lead()
    await host.becomeLeader({ writer, batches: [] })
    const append = writer.append.bind(writer)
    writer.append = batch => {
      const { baseOffset, endOffset } = append(batch)
      return { baseOffset: baseOffset + 1, endOffset: endOffset + 1 }
    }
    await expect(host.run(increment('a'))).rejects.toThrow('NOT_COORDINATOR')
    expect(host.state).toBe('failed')
  })
})

describe('transactions', () => {
  const producer = { producerId: 7, producerEpoch: 0 }

  it('count when their marker says commit, and are gone when it says abort', async () => {
    const { host, log } = counterHost({ log: new MemoryLog({ commitsAtOnce: true }) })
    await host.lead()
    const write = (name: string) =>
      host.run(() => ({ records: [{ name, count: 1 }], response: undefined, producer }))
    await write('a')
    expect(await host.read(machine => machine.counts.size)).toBe(0)
    await host.endTransaction({ producer, result: 'commit', coordinatorEpoch: 0 })
    await write('b')
    await host.endTransaction({ producer, result: 'abort', coordinatorEpoch: 0 })
    host.checkReplayEquivalence()
    expect(await host.read(machine => [...machine.counts])).toEqual([['a', 1]])
    expect(log.endOffset).toBe(4)
  })
})

describe('effects', () => {
  it('are performed once committed, each once, and again after a load', async () => {
    const { host, log, performed } = counterHost()
    await host.lead()
    void host.run(() => ({ records: [{ name: 'a', count: 10 }], response: 0 }))
    void host.run(() => ({ records: [{ name: 'b', count: 20 }], response: 0 }))
    expect(performed).toEqual([])
    log.commit(1)
    expect(performed).toEqual(['a=10'])
    log.commit(2)
    expect(performed).toEqual(['a=10', 'b=20'])
    await host.lead()
    expect(performed).toEqual(['a=10', 'b=20', 'a=10', 'b=20'])
  })
})

describe('the metadata image', () => {
  it('reaches the machine at each change, and the latest when it becomes active', async () => {
    const { host } = counterHost()
    host.updateImage(1)
    host.updateImage(2)
    await host.lead()
    host.updateImage(3)
    expect(host.runSoft(machine => machine.images)).toEqual([2, 3])
  })
})

describe('timers', () => {
  it('run their command, which is written and replayed like any other', async () => {
    const { host, clock, log } = counterHost()
    await host.lead()
    host.schedule({ key: 'session', delayMs: 100, command: increment('expired') })
    clock.advance(99)
    expect(log.endOffset).toBe(0)
    clock.advance(1)
    expect(log.endOffset).toBe(1)
    log.commit()
    await new Promise(resolve => setImmediate(resolve))
    expect(host.timers.size).toBe(0)
  })

  it('are gone with the leadership', async () => {
    const { host, clock, log } = counterHost()
    await host.lead()
    host.schedule({ key: 'session', delayMs: 100, command: increment('expired') })
    await host.lead()
    clock.advance(1000)
    expect(log.endOffset).toBe(0)
  })

  it('whose command fails are logged and tried again', async () => {
    const { host, clock, log, logger } = counterHost()
    const writer = log.lead()
    await host.becomeLeader({ writer, batches: [] })
    writer.failNext(new Error('NOT_ENOUGH_REPLICAS'))
    host.schedule({ key: 'session', delayMs: 100, command: increment('expired') })
    await clock.advanceAndSettle(100)
    expect(log.endOffset).toBe(0)
    expect(logger.lines.map(line => line.fields)).toMatchObject([{ timer: 'session' }])
    await clock.advanceAndSettle(500)
    expect(log.endOffset).toBe(1)
  })
})

describe('any run of commands, commits and changes of leader', () => {
  it('leaves the machine in the state that its log says, and answers no more than was committed', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ increment: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 3, arbitrary: fc.record({ commit: fc.nat(3) }) },
      { weight: 1, arbitrary: fc.constantFrom('reload' as const, 'other leader' as const) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async steps => {
        const { host, log } = counterHost()
        await host.lead()
        const acknowledged: { name: string; count: number }[] = []
        for (const todo of steps) {
          if (todo === 'reload') await host.lead()
          else if (todo === 'other leader') {
            host.becomeFollower()
            log.truncateToHighWatermark()
            await host.lead()
          } else if ('commit' in todo) {
            log.commit(Math.min(log.endOffset, log.highWatermark + todo.commit))
          } else {
            const name = todo.increment
            void host.run(increment(name)).then(
              count => acknowledged.push({ name, count }),
              () => {},
            )
          }
          await Promise.resolve()
        }
        host.becomeFollower()
        log.truncateToHighWatermark()
        await host.lead()
        const counts: CounterRecord[] = await host.read(machine =>
          [...machine.counts].map(([name, count]) => ({ name, count })),
        )
        for (const { name, count } of acknowledged) {
          expect(counts.find(counter => counter.name === name)?.count).toBeGreaterThanOrEqual(count)
        }
      }),
    )
  })
})

describe('the checks themselves', () => {
  it('notice a command that changes hard state', async () => {
    const { host } = counterHost()
    await host.lead()
    const cheat = () =>
      host.run(machine => {
        machine.counts.set('a', 1)
        return { records: [], response: 0 }
      })
    expect(cheat).toThrow('a command changed hard state')
  })

  it('notice state that is not in the log', async () => {
    const { host } = counterHost()
    await host.lead()
    host.runSoft(machine => machine.counts.set('a', 1))
    expect(() => host.checkReplayEquivalence()).toThrow('a machine built from the log differs')
  })
})

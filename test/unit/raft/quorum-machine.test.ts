import { describe, expect, it } from 'vitest'
import { NO_ELECTION_YET } from '../../../src/raft/election-state.ts'
import { QuorumMachine } from '../../../src/raft/quorum-machine.ts'
import { VoterSet } from '../../../src/raft/voter-set.ts'

const voter = (voterId: number) => ({
  voterId,
  directoryId: undefined,
  endpoints: [],
  kraftVersions: { min: 0, max: 1 },
})

const machineOf = (options: { epoch?: number; lastLogEpoch?: number; voters?: number[] } = {}) =>
  new QuorumMachine({
    localId: 1,
    voters: new VoterSet((options.voters ?? [1]).map(voter)),
    election: { ...NO_ELECTION_YET, epoch: options.epoch ?? 0 },
    lastLogEpoch: options.lastLogEpoch ?? 0,
  })

const EMPTY = { endOffset: 0, flushedEndOffset: 0 }

describe('a quorum of one', () => {
  it('elects itself in the next epoch, which is persisted before it leads', () => {
    const machine = machineOf({ epoch: 4 })
    expect(machine.step({ kind: 'started' }, EMPTY)).toEqual([
      { kind: 'persist-election-state', state: { epoch: 5, leaderId: 1, votedFor: undefined } },
      { kind: 'become-leader', epoch: 5, grantingVoters: [1] },
    ])
    expect(machine.role.kind).toBe('leader')
  })

  it('goes beyond the epochs in its log, whatever its quorum-state file says', () => {
    const machine = machineOf({ epoch: 2, lastLogEpoch: 9 })
    machine.step({ kind: 'started' }, { endOffset: 30, flushedEndOffset: 30 })
    expect(machine.role.epoch).toBe(10)
  })

  it('commits nothing of earlier epochs before a record of its own is on stable storage', () => {
    const machine = machineOf()
    const log = { endOffset: 30, flushedEndOffset: 20 }
    machine.step({ kind: 'started' }, log)
    expect(machine.step({ kind: 'log-flushed', endOffset: 30 }, log)).toEqual([])
    expect(machine.step({ kind: 'log-flushed', endOffset: 31 }, log)).toEqual([
      { kind: 'advance-high-watermark', offset: 31 },
    ])
  })

  it('never takes its high watermark back', () => {
    const machine = machineOf()
    machine.step({ kind: 'started' }, EMPTY)
    machine.step({ kind: 'log-flushed', endOffset: 7 }, EMPTY)
    expect(machine.step({ kind: 'log-flushed', endOffset: 5 }, EMPTY)).toEqual([])
    expect(machine.step({ kind: 'log-flushed', endOffset: 8 }, EMPTY)).toEqual([
      { kind: 'advance-high-watermark', offset: 8 },
    ])
  })

  it('resigns when it stops and commits nothing afterwards', () => {
    const machine = machineOf()
    machine.step({ kind: 'started' }, EMPTY)
    expect(machine.step({ kind: 'stopping' }, EMPTY)).toEqual([{ kind: 'resign', epoch: 1 }])
    expect(machine.step({ kind: 'log-flushed', endOffset: 7 }, EMPTY)).toEqual([])
  })

  it('is refused where there are other voters, or another is the only one', () => {
    expect(() => machineOf({ voters: [1, 2, 3] })).toThrow(/1, 2, 3/)
    expect(() => machineOf({ voters: [2] })).toThrow(/node 1/)
  })
})

describe('a set of voters', () => {
  it('needs more than half for a decision', () => {
    expect(
      [1, 2, 3, 4, 5].map(size => new VoterSet(Array.from({ length: size }, (_, i) => voter(i))).majority),
    ).toEqual([1, 2, 2, 3, 3])
  })

  it('knows a voter by its directory where directories are told', () => {
    const directoryId = 'VvwVPqDNSt6yeD2d3qfxPw'
    const told = new VoterSet([{ ...voter(1), directoryId }])
    expect(told.isVoter({ id: 1, directoryId })).toBe(true)
    expect(told.isVoter({ id: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ' })).toBe(false)
    expect(new VoterSet([voter(1)]).isVoter({ id: 1, directoryId })).toBe(true)
  })

  it('comes back from its record as it was', () => {
    const endpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 9093 }]
    const set = new VoterSet([{ ...voter(1), directoryId: 'VvwVPqDNSt6yeD2d3qfxPw', endpoints }, voter(2)])
    expect([...VoterSet.fromRecord(set.toRecord() as never)]).toEqual([...set])
  })
})

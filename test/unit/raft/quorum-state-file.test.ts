import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { NO_ELECTION_YET } from '../../../src/raft/election-state.ts'
import { QuorumStateFile } from '../../../src/raft/quorum-state-file.ts'

const fileOn = async (content?: string) => {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/data')
  if (content !== undefined) await disk.replaceFile('/data/quorum-state', Buffer.from(content))
  return { disk, file: new QuorumStateFile({ disk, directory: '/data' }) }
}

describe('the quorum-state file', () => {
  it('is read as Apache Kafka 4.3 writes it', async () => {
    const { file } = await fileOn(
      '{"leaderId":1,"leaderEpoch":7,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}',
    )
    expect(await file.read()).toEqual({ epoch: 7, leaderId: 1, votedFor: undefined })
  })

  it('is read as Apache Kafka 3 writes it', async () => {
    const { file } = await fileOn(
      '{"clusterId":"","leaderId":-1,"leaderEpoch":3,"votedId":2,"appliedOffset":0,"currentVoters":[{"voterId":1},{"voterId":2}],"data_version":0}',
    )
    expect(await file.read()).toEqual({
      epoch: 3,
      leaderId: undefined,
      votedFor: { id: 2, directoryId: 'AAAAAAAAAAAAAAAAAAAAAA' },
    })
  })

  it('says that there was no election where there is none', async () => {
    const { file } = await fileOn()
    expect(await file.read()).toEqual(NO_ELECTION_YET)
  })

  it.each([0, 1] as const)('comes back as it was written, data version %i', async version => {
    const { file } = await fileOn()
    const state = {
      epoch: 12,
      leaderId: undefined,
      votedFor: { id: 1, directoryId: 'AAAAAAAAAAAAAAAAAAAAAA' },
    }
    await file.write(state, { version, voterIds: [1] })
    expect(await file.read()).toEqual(state)
  })

  it.each([
    '',
    '{',
    '{}',
    '{"leaderId":1,"leaderEpoch":-3,"votedId":-1}',
    '{"leaderId":1.5,"leaderEpoch":3,"votedId":-1}',
  ])('that is damaged stops the node rather than forgets a vote: %j', async content => {
    const { file } = await fileOn(content)
    await expect(file.read()).rejects.toThrow(/damaged/)
  })
})

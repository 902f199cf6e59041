import { encodeMessage } from '../protocol/codec.ts'
import { kRaftVersionRecord } from '../protocol/messages/kraft-version-record.ts'
import { leaderChangeMessage } from '../protocol/messages/leader-change-message.ts'
import { snapshotFooterRecord } from '../protocol/messages/snapshot-footer-record.ts'
import { snapshotHeaderRecord } from '../protocol/messages/snapshot-header-record.ts'
import { votersRecord } from '../protocol/messages/voters-record.ts'
import { ControlRecordType, encodeControlRecordKey } from '../protocol/records/control-record.ts'
import type { NewRecord } from '../protocol/records/record-batch-builder.ts'
import type { VoterSet } from './voter-set.ts'

/** All schemas of the quorum's control records have one version so far, which they also carry as their first field. */
const VERSION = 0

function controlRecord(type: ControlRecordType, value: Buffer, timestamp: number): NewRecord {
  return { key: encodeControlRecordKey(type), value, timestamp }
}

/** The first record of an epoch: who leads it and who voted for that. */
export function leaderChange(
  {
    leaderId,
    voters,
    grantingVoters,
  }: { leaderId: number; voters: VoterSet; grantingVoters: readonly number[] },
  timestamp: number,
): NewRecord {
  const value = encodeMessage(leaderChangeMessage, VERSION, {
    version: VERSION,
    leaderId,
    voters: voters.ids.map(voterId => ({ voterId })),
    grantingVoters: grantingVoters.map(voterId => ({ voterId })),
  })
  return controlRecord(ControlRecordType.LEADER_CHANGE, value, timestamp)
}

/** The quorum's own version and, from version 1 on, its voters. */
export function quorumRecords(
  { kraftVersion, voters }: { kraftVersion: number; voters: VoterSet },
  timestamp: number,
): NewRecord[] {
  if (kraftVersion === 0) return []
  const version = encodeMessage(kRaftVersionRecord, VERSION, { version: VERSION, kRaftVersion: kraftVersion })
  const set = encodeMessage(votersRecord, VERSION, voters.toRecord())
  return [
    controlRecord(ControlRecordType.KRAFT_VERSION, version, timestamp),
    controlRecord(ControlRecordType.KRAFT_VOTERS, set, timestamp),
  ]
}

/** The first record of a snapshot. */
export function snapshotHeader(lastContainedLogTimestamp: number, timestamp: number): NewRecord {
  const value = encodeMessage(snapshotHeaderRecord, VERSION, { version: VERSION, lastContainedLogTimestamp })
  return controlRecord(ControlRecordType.SNAPSHOT_HEADER, value, timestamp)
}

/** The last record of a snapshot. */
export function snapshotFooter(timestamp: number): NewRecord {
  return controlRecord(
    ControlRecordType.SNAPSHOT_FOOTER,
    encodeMessage(snapshotFooterRecord, VERSION, { version: VERSION }),
    timestamp,
  )
}

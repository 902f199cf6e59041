import { codecOf } from '../protocol/codec.ts'
import { kRaftVersionRecord } from '../protocol/messages/kraft-version-record.ts'
import { votersRecord } from '../protocol/messages/voters-record.ts'
import { Reader } from '../protocol/reader.ts'
import { ControlRecordType, decodeControlRecordKey } from '../protocol/records/control-record.ts'
import type { MetadataLogBatch } from './logged-batches.ts'
import { VoterSet } from './voter-set.ts'

/** What the log itself says of the quorum. */
export interface QuorumSettings {
  /** The finalized `kraft.version`. */
  readonly kraftVersion: number
  /** Undefined: the log tells none, the configuration does. */
  readonly voters: VoterSet | undefined
  /** The last offset of the log (not of the snapshot it begins with) that told the voters. */
  readonly votersOffset: number | undefined
}

export const NO_QUORUM_SETTINGS: QuorumSettings = {
  kraftVersion: 0,
  voters: undefined,
  votersOffset: undefined,
}

/** What holds after a batch of the log, or of a snapshot (`inSnapshot`). Throws DecodeError. */
export function applyControlRecords(
  settings: QuorumSettings,
  { controlRecords }: MetadataLogBatch,
  inSnapshot: boolean,
): QuorumSettings {
  let next = settings
  for (const { key, value, offset } of controlRecords) {
    const type = decodeControlRecordKey(key)
    if (value === undefined) continue
    if (type === ControlRecordType.KRAFT_VERSION) {
      next = { ...next, kraftVersion: codecOf(kRaftVersionRecord, 0).decode(new Reader(value)).kRaftVersion }
    } else if (type === ControlRecordType.KRAFT_VOTERS) {
      const voters = VoterSet.fromRecord(codecOf(votersRecord, 0).decode(new Reader(value)))
      next = { ...next, voters, votersOffset: inSnapshot ? next.votersOffset : offset }
    }
  }
  return next
}

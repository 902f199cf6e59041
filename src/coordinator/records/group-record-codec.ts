import type { RecordCodec } from '../../machine/record-codec.ts'
import {
  decodeGroupRecord,
  encodeGroupRecord,
  type GroupRecord,
  groupRecordId,
} from './coordinator-records.ts'

/** Told of records that are passed over. */
export interface UnknownRecordListener {
  onUnknownRecord(id: number): void
}

/**
 * The records of `__consumer_offsets` as a machine's. A kind that a newer broker has written is passed over and stays in the
 * log, as Apache Kafka does.
 */
export function groupRecordCodec({ onUnknownRecord }: UnknownRecordListener): RecordCodec<GroupRecord> {
  return {
    encode: encodeGroupRecord,
    decode({ key, value }) {
      // Nothing without a key can be compacted; Kafka never writes one.
      if (key === undefined) return undefined
      const record = decodeGroupRecord(key, value)
      if (record === undefined) onUnknownRecord(groupRecordId(key))
      return record
    },
  }
}

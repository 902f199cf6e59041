/**
 * Control records: written by brokers, never by clients. Their key is `version int16 · type int16` (Kafka's
 * ControlRecordType); the value's schema is the type's own.
 */
export const ControlRecordType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const

export type ControlRecordType = (typeof ControlRecordType)[keyof typeof ControlRecordType]

const KEY_VERSION = 0
const KEY_BYTES = 4
const END_TRANSACTION_MARKER_VERSION = 0
const END_TRANSACTION_MARKER_BYTES = 6

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(ControlRecordType))

export function encodeControlRecordKey(type: ControlRecordType): Buffer {
  const key = Buffer.alloc(KEY_BYTES)
  key.writeInt16BE(KEY_VERSION, 0)
  key.writeInt16BE(type, 2)
  return key
}

/**
 * The type that a control record's key names: `unknown` for one from a newer broker, which readers pass over, and
 * `invalid` for a key that is none (missing, too short, of a negative version).
 */
export function decodeControlRecordKey(key: Buffer | undefined): ControlRecordType | 'unknown' | 'invalid' {
  if (key === undefined || key.length < KEY_BYTES || key.readInt16BE(0) < 0) return 'invalid'
  const type = key.readInt16BE(2)
  return KNOWN_TYPES.has(type) ? (type as ControlRecordType) : 'unknown'
}

/** The value of an ABORT or COMMIT record. */
export function encodeEndTransactionMarker(coordinatorEpoch: number): Buffer {
  const value = Buffer.alloc(END_TRANSACTION_MARKER_BYTES)
  value.writeInt16BE(END_TRANSACTION_MARKER_VERSION, 0)
  value.writeInt32BE(coordinatorEpoch, 2)
  return value
}

/** The coordinator's epoch from an ABORT or COMMIT record's value, also of a newer version; undefined when it is none. */
export function decodeEndTransactionMarker(value: Buffer | undefined): number | undefined {
  if (value === undefined || value.length < END_TRANSACTION_MARKER_BYTES) return undefined
  return value.readInt16BE(0) < 0 ? undefined : value.readInt32BE(2)
}

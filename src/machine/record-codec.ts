/** A record's bytes as they lie in the log. */
export interface SerializedRecord {
  readonly key: Buffer | undefined
  readonly value: Buffer | undefined
}

/** How a machine's records become bytes and come back. */
export interface RecordCodec<R> {
  encode(record: R): SerializedRecord
  /** Undefined for a record to be passed over (of a kind that a newer release writes and an older may ignore). */
  decode(serialized: SerializedRecord): R | undefined
}

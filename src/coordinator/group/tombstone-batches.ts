import type { GroupRecord } from '../records/coordinator-records.ts'

/** So many bytes of keys go into one batch, whatever `max.message.bytes` allows; a key alone is smaller than half of it. */
const BATCH_KEY_BYTES = 256 * 1024
/** Id, lengths, partition and the record around a key. */
const KEY_OVERHEAD_BYTES = 40

/**
 * Deletions may be very many, and need not be one batch: a crash between two leaves offsets that are deleted by the next try.
 * Everything else stays together.
 */
export function tombstonesIntoBatches(records: readonly GroupRecord[]): readonly (readonly GroupRecord[])[] {
  if (records.some(({ value }) => value !== undefined)) return [records]
  const batches: GroupRecord[][] = []
  let batch: GroupRecord[] = []
  let keyBytes = 0
  for (const record of records) {
    const size = keySizeBytes(record)
    if (batch.length > 0 && keyBytes + size > BATCH_KEY_BYTES) {
      batches.push(batch)
      batch = []
      keyBytes = 0
    }
    batch.push(record)
    keyBytes += size
  }
  batches.push(batch)
  return batches
}

function keySizeBytes({ key }: GroupRecord): number {
  let sizeBytes = KEY_OVERHEAD_BYTES
  for (const part of Object.values(key)) if (typeof part === 'string') sizeBytes += Buffer.byteLength(part)
  return sizeBytes
}

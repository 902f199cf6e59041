import { crc32c } from '../protocol/records/crc32c.ts'
import type { ProducerEntry } from './producer-entry.ts'

const VERSION = 1
const CRC_POSITION = 2
/** The checksum covers everything from here on. */
const ENTRIES_POSITION = 6
const HEADER_BYTES = 10
const ENTRY_BYTES = 46

/** A producer snapshot that does not hold what it should. */
export class CorruptSnapshotError extends Error {
  constructor(reason: string) {
    super(`Corrupt producer snapshot: ${reason}`)
    this.name = 'CorruptSnapshotError'
  }
}

/**
 * Kafka's ProducerSnapshot, version 1: of a producer's batches only the last is kept.
 *
 *     version int16 · crc uint32 · count int32 · (producerId int64 · epoch int16 · lastSequence int32 · lastOffset int64 ·
 *     offsetDelta int32 · timestamp int64 · coordinatorEpoch int32 · currentTxnFirstOffset int64)*
 */
export function encodeProducerSnapshot(producers: Iterable<ProducerEntry>, count: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + count * ENTRY_BYTES)
  bytes.writeInt16BE(VERSION, 0)
  bytes.writeInt32BE(count, ENTRIES_POSITION)
  let at = HEADER_BYTES
  for (const producer of producers) {
    const last = producer.batches.at(-1)
    bytes.writeBigInt64BE(BigInt(producer.producerId), at)
    bytes.writeInt16BE(producer.producerEpoch, at + 8)
    bytes.writeInt32BE(last?.lastSequence ?? -1, at + 10)
    bytes.writeBigInt64BE(BigInt(last?.lastOffset ?? -1), at + 14)
    bytes.writeInt32BE(last?.offsetDelta ?? 0, at + 22)
    bytes.writeBigInt64BE(producer.lastTimestamp, at + 26)
    bytes.writeInt32BE(producer.coordinatorEpoch, at + 34)
    bytes.writeBigInt64BE(BigInt(producer.currentTransactionFirstOffset ?? -1), at + 38)
    at += ENTRY_BYTES
  }
  bytes.writeUInt32BE(crc32c(bytes, ENTRIES_POSITION), CRC_POSITION)
  return bytes
}

/** Throws `CorruptSnapshotError`. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerEntry[] {
  if (bytes.length < HEADER_BYTES) throw new CorruptSnapshotError(`${bytes.length} bytes`)
  const version = bytes.readInt16BE(0)
  if (version !== VERSION) throw new CorruptSnapshotError(`version ${version}`)
  const count = bytes.readInt32BE(ENTRIES_POSITION)
  if (bytes.length !== HEADER_BYTES + count * ENTRY_BYTES) {
    throw new CorruptSnapshotError(`${count} entries in ${bytes.length} bytes`)
  }
  const stored = bytes.readUInt32BE(CRC_POSITION)
  const computed = crc32c(bytes, ENTRIES_POSITION)
  if (stored !== computed) throw new CorruptSnapshotError(`stored crc ${stored}, computed crc ${computed}`)
  const producers: ProducerEntry[] = []
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) producers.push(decodeEntry(bytes, at))
  return producers
}

function decodeEntry(bytes: Buffer, at: number): ProducerEntry {
  const lastOffset = Number(bytes.readBigInt64BE(at + 14))
  const firstOffset = Number(bytes.readBigInt64BE(at + 38))
  const lastTimestamp = bytes.readBigInt64BE(at + 26)
  return {
    producerId: Number(bytes.readBigInt64BE(at)),
    producerEpoch: bytes.readInt16BE(at + 8),
    coordinatorEpoch: bytes.readInt32BE(at + 34),
    lastTimestamp,
    currentTransactionFirstOffset: firstOffset >= 0 ? firstOffset : undefined,
    batches:
      lastOffset < 0
        ? []
        : [
            {
              lastSequence: bytes.readInt32BE(at + 10),
              lastOffset,
              offsetDelta: bytes.readInt32BE(at + 22),
              timestamp: lastTimestamp,
            },
          ],
  }
}

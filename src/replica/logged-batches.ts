import type { Clock } from '../io/clock.ts'
import type { Compute } from '../io/compute.ts'
import type { LoadedRecords } from '../log/log-read.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { LoggedBatch, LoggedRecord } from '../machine/record-writer.ts'
import { parseBatches } from '../protocol/records/batch-parser.ts'
import { codecForId } from '../protocol/records/compression.ts'
import { ControlRecordType, decodeControlRecordKey } from '../protocol/records/control-record.ts'
import { readRecords } from '../protocol/records/record.ts'
import {
  isControlBatch,
  isTransactional,
  RECORD_BATCH_OVERHEAD,
  readCompressionId,
  readPartitionLeaderEpoch,
  readProducerEpoch,
  readProducerId,
  readSizeBytes,
} from '../protocol/records/record-batch.ts'

/** So much is read and decoded in one go: a few milliseconds. */
const CHUNK_BYTES = 512 * 1024
/** A state machine's batches are no larger than `max.message.bytes`; compressed ones may be from another broker. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024

/**
 * Everything in a log from its start up to `endOffset`, for a state machine that is loaded (Kafka's CoordinatorLoader). Read in
 * chunks, with a pause for the event loop after each. Rejects with `StorageError`, or an `Error` where a batch is damaged.
 */
export async function* readLoggedBatches(
  log: PartitionLog,
  { endOffset, clock, compute }: { endOffset: number; clock: Clock; compute: Compute },
): AsyncGenerator<LoggedBatch, void, undefined> {
  let offset = log.logStartOffset
  while (offset < endOffset) {
    const chunk = await readChunk(log, { offset, endOffset })
    if (chunk === undefined) {
      // Retention has moved the start meanwhile; what has gone does not count.
      if (log.logStartOffset <= offset) throw new Error(`The log ends at ${offset} instead of ${endOffset}`)
      offset = log.logStartOffset
      continue
    }
    for (const buffer of chunk.buffers) yield* decodeBatches(buffer, { offset, compute })
    offset = chunk.nextOffset
    if (offset < endOffset) await new Promise<void>(resolve => void clock.setTimer(0, resolve))
  }
}

/** Undefined where there is nothing at `offset`. */
async function readChunk(
  log: PartitionLog,
  { offset, endOffset }: { offset: number; endOffset: number },
): Promise<LoadedRecords | undefined> {
  const read = log.read({ offset, endOffset, maxBytes: CHUNK_BYTES, minOneMessage: true })
  if (read.from === 'out-of-range') return undefined
  const chunk = read.from === 'file' ? await read.load() : read
  return chunk.buffers.length === 0 ? undefined : chunk
}

async function* decodeBatches(
  buffer: Buffer,
  { offset, compute }: { offset: number; compute: Compute },
): AsyncGenerator<LoggedBatch, void, undefined> {
  const positions: number[] = []
  const end = parseBatches(buffer, {
    onBatch: (_, position) => {
      positions.push(position)
      return 'continue'
    },
  })
  if (end.kind !== 'done') {
    const reason = end.kind === 'invalid' ? end.message : 'it is not whole'
    throw new Error(`A damaged batch behind offset ${offset}: ${reason}`)
  }
  for (const position of positions) yield await decodeBatch(buffer, position, { offset, compute })
}

async function decodeBatch(
  buffer: Buffer,
  position: number,
  { offset, compute }: { offset: number; compute: Compute },
): Promise<LoggedBatch> {
  const producerId = readProducerId(buffer, position)
  const batch = {
    leaderEpoch: readPartitionLeaderEpoch(buffer, position),
    // A producer counts only with a transaction: elsewhere it is about duplicates.
    producer: isTransactional(buffer, position)
      ? { producerId, producerEpoch: readProducerEpoch(buffer, position) }
      : undefined,
  }
  const codec = codecForId(readCompressionId(buffer, position))
  const payload = buffer.subarray(
    position + RECORD_BATCH_OVERHEAD,
    position + readSizeBytes(buffer, position),
  )
  const inflated =
    codec === undefined ? undefined : await compute.run(() => codec.decompress(payload, MAX_INFLATED_BYTES))
  const records: LoggedRecord[] = []
  let endTransaction: LoggedBatch['endTransaction']
  for (const record of readRecords(buffer, position, inflated)) {
    if (isControlBatch(buffer, position)) endTransaction = endOf(record.key)
    // The batch that contains the first offset may begin before it.
    else if (record.offset >= offset) {
      const { key, value } = record
      records.push({ offset: record.offset, timestampMs: Number(record.timestamp), key, value })
    }
  }
  return { ...batch, endTransaction, records }
}

function endOf(key: Buffer | undefined): LoggedBatch['endTransaction'] {
  const type = decodeControlRecordKey(key)
  if (type === ControlRecordType.COMMIT) return 'commit'
  return type === ControlRecordType.ABORT ? 'abort' : undefined
}

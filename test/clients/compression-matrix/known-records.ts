import { createHash } from 'node:crypto'
import { type JsonRecord, RECENT_TIMESTAMP_MS } from '../client-program.ts'

const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64')

/** Bytes that no codec makes smaller, the same in every run. */
const noise = (sizeBytes: number): Buffer => {
  const blocks: Buffer[] = []
  for (let i = 0; i * 32 < sizeBytes; i++) blocks.push(createHash('sha256').update(`block ${i}`).digest())
  return Buffer.concat(blocks).subarray(0, sizeBytes)
}

/** Spans several blocks of every codec's own framing: snappy's are 32 KiB, lz4's 64 KiB and zstd's 128 KiB. */
const LARGE_BYTES = 300_000

/**
 * What every client sends with every codec: text, bytes that are no text, nulls, empties, repeated and non-ASCII header
 * names, a large value that compresses and one that does not, and many small ones. A header without a value is the last
 * one, for those clients that can send it.
 */
export const knownRecords = ({ nullHeader }: { nullHeader: boolean }): JsonRecord[] => {
  const records: Omit<JsonRecord, 'timestamp'>[] = [
    { key: base64('key'), value: base64('value'), headers: [['name', base64('content')]] },
    { key: base64(noise(32)), value: base64(noise(1000)), headers: [] },
    { key: null, value: base64('no key'), headers: [] },
    { key: base64('removed'), value: null, headers: [['reason', base64('tombstone')]] },
    { key: base64(''), value: base64(''), headers: [['empty', base64('')]] },
    {
      key: base64('headers'),
      value: base64('v'),
      headers: [
        ['twice', base64('one')],
        ['twice', base64('two')],
        ['ključ', base64(noise(5))],
      ],
    },
    { key: base64('repeats'), value: base64('all work and no play '.repeat(LARGE_BYTES / 20)), headers: [] },
    { key: base64('noise'), value: base64(noise(LARGE_BYTES)), headers: [] },
    ...Array.from({ length: 200 }, (_, i) => ({
      key: base64(`k${i % 7}`),
      value: base64(`value ${i}`),
      headers: [],
    })),
  ]
  if (nullHeader)
    records.push({ key: base64('null header'), value: base64('v'), headers: [['nothing', null]] })
  return records.map((record, i) => ({ ...record, timestamp: RECENT_TIMESTAMP_MS + i }))
}

/**
 * Compression of record batches: which codecs there are and what they promise. A codec works off the event loop
 * (libuv's thread pool) and its output is bounded: input that would give more than `maxOutputBytes` is refused before
 * the memory for it is taken.
 */
import { gzipCodec } from './gzip-codec.ts'
import { lz4Codec } from './lz4-codec.ts'
import { snappyCodec } from './snappy-codec.ts'
import { zstdCodec } from './zstd-codec.ts'

type CompressionId = 1 | 2 | 3 | 4

/** The names that `compression.type` of a topic or a producer uses. */
export type CompressionName = 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface CompressionCodec {
  readonly id: CompressionId
  readonly name: CompressionName
  /** @throws DecompressionError (as a rejection) when the input is damaged or its output exceeds `maxOutputBytes`. */
  decompress(input: Uint8Array, maxOutputBytes: number): Promise<Buffer>
  compress(input: Uint8Array): Promise<Buffer>
}

const CODECS: readonly CompressionCodec[] = [gzipCodec, snappyCodec, lz4Codec, zstdCodec]

/** The codec of a batch's compression id (its attributes' low three bits); undefined for 0 and for 5 to 7. */
export const codecForId = (id: number): CompressionCodec | undefined => CODECS[id - 1]

export const codecForName = (name: CompressionName): CompressionCodec =>
  CODECS.find(codec => codec.name === name)!

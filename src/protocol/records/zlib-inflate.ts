import { DecompressionError } from './decompression-error.ts'

const SMALLEST_CHUNK_BYTES = 256
const LARGEST_CHUNK_BYTES = 1024 * 1024

/**
 * Options for a one-shot call of node:zlib. It inflates a chunk at a time, each a trip to the thread pool, so the
 * chunk should hold all of the output where its size can be guessed; the guess may lie and is bounded.
 */
export const inflateOptions = (sizes: { likelyOutputBytes: number; maxOutputBytes: number }) => ({
  // One byte more than the output, or a full chunk makes zlib ask for another one.
  chunkSize: Math.max(
    SMALLEST_CHUNK_BYTES,
    Math.min(sizes.likelyOutputBytes + 1, sizes.maxOutputBytes + 1, LARGEST_CHUNK_BYTES),
  ),
  maxOutputLength: Math.max(sizes.maxOutputBytes, 1),
})

/** What node:zlib rejected with, as a `DecompressionError`. */
export function toDecompressionError(
  error: unknown,
  context: { codec: string; maxOutputBytes: number },
): DecompressionError {
  const { codec, maxOutputBytes } = context
  if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
    return new DecompressionError('too large', `${codec}: more than ${maxOutputBytes} bytes`)
  }
  return new DecompressionError('corrupt', `${codec}: ${error instanceof Error ? error.message : error}`)
}

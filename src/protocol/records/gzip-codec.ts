import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'

import type { CompressionCodec } from './compression.ts'
import { DecompressionError } from './decompression-error.ts'
import { inflateOptions, toDecompressionError } from './zlib-inflate.ts'

const gunzipAsync = promisify(gunzip)
const gzipAsync = promisify(gzip)

/** Header and trailer of a gzip member; the trailer ends with the member's inflated size modulo 2^32. */
const MEMBER_OVERHEAD = 18

/** RFC 1952, of one or more members, as java.util.zip reads it. */
export const gzipCodec: CompressionCodec = {
  id: 1,
  name: 'gzip',

  async decompress(input, maxOutputBytes) {
    if (input.length < MEMBER_OVERHEAD) throw new DecompressionError('corrupt', 'gzip: too short')
    const bytes = Buffer.from(input.buffer, input.byteOffset, input.length)
    // A hint only: it is the last member's, and the sender's word.
    const likelyOutputBytes = bytes.readUInt32LE(bytes.length - 4)
    try {
      return await gunzipAsync(bytes, inflateOptions({ likelyOutputBytes, maxOutputBytes }))
    } catch (error) {
      throw toDecompressionError(error, { codec: 'gzip', maxOutputBytes })
    }
  },

  compress: input => gzipAsync(input),
}

import { crc32c as nativeCrc32c } from '@node-rs/crc32'

/**
 * Below this a call into native code costs more than the checksum itself (measured on Node 24: a native call takes
 * some 115 ns, the loop here 50 ns for 61 bytes, 117 ns for 180).
 */
const NATIVE_FROM_BYTES = 192

const CASTAGNOLI_REVERSED = 0x82f63b78

/** Eight tables of 256 entries end to end: entry n of table k is the checksum of byte n followed by k zero bytes. */
const TABLES = buildTables()

function buildTables(): Int32Array {
  const tables = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI_REVERSED : crc >>> 1
    }
    tables[byte] = crc
  }
  for (let entry = 256; entry < tables.length; entry++) {
    const before = tables[entry - 256]!
    tables[entry] = tables[before & 0xff]! ^ (before >>> 8)
  }
  return tables
}

/**
 * CRC-32C (Castagnoli) of `buffer` from `start` to `end` (excluded), as an unsigned 32-bit number. The checksum of
 * record batches of magic 2; a short run allocates nothing, a long one no more than the view given to native code.
 */
export const crc32c = (buffer: Uint8Array, start = 0, end = buffer.length): number =>
  end - start < NATIVE_FROM_BYTES
    ? shortCrc32c(buffer, start, end)
    : nativeCrc32c(buffer.subarray(start, end))

function shortCrc32c(buffer: Uint8Array, start: number, end: number): number {
  let crc = -1
  let at = start
  for (const lastEight = end - 8; at <= lastEight; at += 8) {
    const low =
      crc ^ (buffer[at]! | (buffer[at + 1]! << 8) | (buffer[at + 2]! << 16) | (buffer[at + 3]! << 24))
    crc =
      TABLES[1792 + (low & 0xff)]! ^
      TABLES[1536 + ((low >>> 8) & 0xff)]! ^
      TABLES[1280 + ((low >>> 16) & 0xff)]! ^
      TABLES[1024 + (low >>> 24)]! ^
      TABLES[768 + buffer[at + 4]!]! ^
      TABLES[512 + buffer[at + 5]!]! ^
      TABLES[256 + buffer[at + 6]!]! ^
      TABLES[buffer[at + 7]!]!
  }
  for (; at < end; at++) crc = TABLES[(crc ^ buffer[at]!) & 0xff]! ^ (crc >>> 8)
  return ~crc >>> 0
}

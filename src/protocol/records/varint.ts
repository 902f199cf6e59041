/**
 * Kafka's variable-length integers inside of records: protobuf's zig-zag varints, seven bits a byte with the lowest
 * first. A varint holds 32 bits in at most 5 bytes, a varlong 64 bits in at most 10. Nothing here allocates, but for
 * bigints.
 */

export const MAX_VARINT_BYTES = 5
export const MAX_VARLONG_BYTES = 10

/** Seven bytes hold 49 bits, which a number still does exactly; longer varlongs are read as bigints. */
const NARROW_VARLONG_BYTES = 7
const SCALE_28_BITS = 2 ** 28

/**
 * Reads varints one after another. A varint that is cut off by `end`, or longer or larger than its type, makes
 * `isValid` false for good and gives 0.
 */
export class VarintReader {
  position = 0
  isValid = true

  /** Begins anew at `position`. */
  reset(position: number): void {
    this.position = position
    this.isValid = true
  }

  readVarint(buffer: Uint8Array, end: number): number {
    const byte = this.position < end ? buffer[this.position]! : 0xff
    if (byte >= 0x80) return this.#readLongVarint(buffer, end)
    this.position++
    return (byte >>> 1) ^ -(byte & 1)
  }

  #readLongVarint(buffer: Uint8Array, end: number): number {
    let at = this.position
    let shift = 0
    let bits = 0
    while (at < end) {
      const byte = buffer[at++]!
      if (shift === 28 && byte > 0x0f) break
      bits |= (byte & 0x7f) << shift
      if (byte < 0x80) {
        this.position = at
        return (bits >>> 1) ^ -(bits & 1)
      }
      shift += 7
    }
    this.isValid = false
    return 0
  }

  /** A varlong as a number; NaN where it takes more than seven bytes (beyond 2^48): `readVarlong` from the same position tells. */
  readNarrowVarlong(buffer: Uint8Array, end: number): number {
    const byte = this.position < end ? buffer[this.position]! : 0xff
    if (byte >= 0x80) return this.#readLongNarrowVarlong(buffer, end)
    this.position++
    return (byte >>> 1) ^ -(byte & 1)
  }

  #readLongNarrowVarlong(buffer: Uint8Array, end: number): number {
    const start = this.position
    let low = 0
    let high = 0
    for (let index = 0; index < NARROW_VARLONG_BYTES; index++) {
      if (start + index >= end) {
        this.isValid = false
        return 0
      }
      const byte = buffer[start + index]!
      if (index < 4) low |= (byte & 0x7f) << (7 * index)
      else high |= (byte & 0x7f) << (7 * (index - 4))
      if (byte < 0x80) {
        this.position = start + index + 1
        return unZigZag(low, high)
      }
    }
    return Number.NaN
  }

  readVarlong(buffer: Uint8Array, end: number): bigint {
    let bits = 0n
    for (let index = 0; index < MAX_VARLONG_BYTES && this.position + index < end; index++) {
      const byte = buffer[this.position + index]!
      if (index === MAX_VARLONG_BYTES - 1 && byte > 1) break
      bits |= BigInt(byte & 0x7f) << BigInt(7 * index)
      if (byte < 0x80) {
        this.position += index + 1
        return bits & 1n ? -(bits >> 1n) - 1n : bits >> 1n
      }
    }
    this.isValid = false
    return 0n
  }
}

/** `low` holds 28 bits, `high` the 21 above them. */
function unZigZag(low: number, high: number): number {
  if (high === 0) return (low >>> 1) ^ -(low & 1)
  const halved = (high * SCALE_28_BITS + (low & ~1)) / 2
  return low & 1 ? -halved - 1 : halved
}

/** Bytes of a 32-bit number as a varint. */
export function sizeOfVarint(value: number): number {
  const bits = ((value << 1) ^ (value >> 31)) >>> 0
  return bits === 0 ? 1 : Math.ceil((32 - Math.clz32(bits)) / 7)
}

/** Writes a 32-bit number and returns the position behind it. */
export function writeVarint(buffer: Uint8Array, position: number, value: number): number {
  let bits = ((value << 1) ^ (value >> 31)) >>> 0
  let at = position
  while (bits > 0x7f) {
    buffer[at++] = (bits & 0x7f) | 0x80
    bits >>>= 7
  }
  buffer[at++] = bits
  return at
}

const fitsVarint = (value: number): boolean => value === (value | 0)

const zigZagWide = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))

/** Bytes of a 64-bit number as a varlong. Numbers are safe integers. */
export function sizeOfVarlong(value: number | bigint): number {
  if (typeof value === 'number' && fitsVarint(value)) return sizeOfVarint(value)
  let size = 1
  for (let bits = zigZagWide(BigInt(value)); bits > 0x7fn; bits >>= 7n) size++
  return size
}

/** Writes a 64-bit number (a safe integer or a bigint) and returns the position behind it. */
export function writeVarlong(buffer: Uint8Array, position: number, value: number | bigint): number {
  if (typeof value === 'number' && fitsVarint(value)) return writeVarint(buffer, position, value)
  let at = position
  let bits = zigZagWide(BigInt(value))
  for (; bits > 0x7fn; bits >>= 7n) buffer[at++] = Number(bits & 0x7fn) | 0x80
  buffer[at++] = Number(bits)
  return at
}

import type { BytesPart } from './schema.ts'
import { uuidToBytes } from './uuid.ts'

/** A value that does not fit its field: our own mistake, never the peer's. */
export class EncodeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'EncodeError'
  }
}

/** Runs of bytes from this size on are passed on by reference instead of being copied into the message. */
const PASSED_BY_REFERENCE_BYTES = 1024

/**
 * Writes Kafka's primitive types into a growing buffer. Large runs of bytes become parts of their own, so a message
 * comes out as a list: what was written here, and between it what was handed in.
 */
export class Writer {
  #buffer: Buffer
  #position = 0
  /** Where the part being written began. */
  #partStart = 0
  #partsBytes = 0
  readonly #parts: BytesPart[] = []

  constructor(initialBytes = 256) {
    this.#buffer = Buffer.allocUnsafe(initialBytes)
  }

  /** Bytes written so far, in all parts. */
  get sizeBytes(): number {
    return this.#partsBytes + this.#position - this.#partStart
  }

  #reserve(sizeBytes: number): number {
    const at = this.#position
    if (at + sizeBytes > this.#buffer.length) this.#grow(sizeBytes)
    const from = this.#position
    this.#position = from + sizeBytes
    return from
  }

  #grow(sizeBytes: number): void {
    const held = this.#position - this.#partStart
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, held + sizeBytes))
    this.#buffer.copy(larger, 0, this.#partStart, this.#position)
    this.#buffer = larger
    this.#partStart = 0
    this.#position = held
  }

  int8(value: number): void {
    const at = this.#reserve(1)
    this.#buffer.writeInt8(value, at)
  }

  int16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeInt16BE(value, at)
  }

  uint16(value: number): void {
    const at = this.#reserve(2)
    this.#buffer.writeUInt16BE(value, at)
  }

  int32(value: number): void {
    const at = this.#reserve(4)
    this.#buffer.writeInt32BE(value, at)
  }

  uint32(value: number): void {
    const at = this.#reserve(4)
    this.#buffer.writeUInt32BE(value, at)
  }

  int64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new EncodeError(`${value} is not a safe integer`)
    const at = this.#reserve(8)
    const high = Math.floor(value / 0x1_0000_0000)
    this.#buffer.writeInt32BE(high, at)
    this.#buffer.writeUInt32BE(value - high * 0x1_0000_0000, at + 4)
  }

  long(value: bigint): void {
    const at = this.#reserve(8)
    this.#buffer.writeBigInt64BE(value, at)
  }

  float64(value: number): void {
    const at = this.#reserve(8)
    this.#buffer.writeDoubleBE(value, at)
  }

  bool(value: boolean): void {
    this.int8(value ? 1 : 0)
  }

  uuid(value: string): void {
    const bytes = uuidToBytes(value)
    if (bytes.length !== 16) throw new EncodeError(`"${value}" is no UUID`)
    this.bytes(bytes)
  }

  unsignedVarint(value: number): void {
    let rest = value
    while (rest > 0x7f) {
      const at = this.#reserve(1)
      this.#buffer[at] = (rest & 0x7f) | 0x80
      rest = Math.floor(rest / 128)
    }
    const at = this.#reserve(1)
    this.#buffer[at] = rest
  }

  /** Copies the bytes in. */
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length)
    this.#buffer.set(value, at)
  }

  /** Text whose length in bytes, `sizeBytes`, has been written by the caller. */
  text(value: string, sizeBytes: number): void {
    const at = this.#reserve(sizeBytes)
    this.#buffer.write(value, at, sizeBytes, 'utf8')
  }

  /** Takes a part as it is, without copying it when it is large. */
  part(part: BytesPart): void {
    if (Buffer.isBuffer(part) && part.length < PASSED_BY_REFERENCE_BYTES) {
      this.bytes(part)
      return
    }
    this.#closePart()
    this.#parts.push(part)
    this.#partsBytes += Buffer.isBuffer(part) ? part.length : part.sizeBytes
  }

  #closePart(): void {
    if (this.#position === this.#partStart) return
    this.#parts.push(this.#buffer.subarray(this.#partStart, this.#position))
    this.#partsBytes += this.#position - this.#partStart
    this.#partStart = this.#position
  }

  /** Everything written, in order. The writer is not used afterwards. */
  finish(): BytesPart[] {
    this.#closePart()
    return this.#parts
  }

  /** Everything written as one buffer. Not for messages with parts that lie elsewhere. */
  finishAsBuffer(): Buffer {
    const parts = this.finish()
    if (parts.length === 1 && Buffer.isBuffer(parts[0])) return parts[0]
    return Buffer.concat(
      parts.map(part => {
        if (!Buffer.isBuffer(part)) throw new EncodeError('a part lies outside of the message')
        return part
      }),
    )
  }
}

import { uuidFromBytes } from './uuid.ts'

/** Bytes that are not what they should be. The connection that sent them is closed. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DecodeError'
  }
}

/** What one message may be made of before it is refused: elements of arrays plus tagged fields. */
export const DEFAULT_OBJECT_BUDGET = 500_000

const LONGEST_STRING = 0x7fff

/**
 * Reads Kafka's primitive types from a frame. Nothing is allocated on the word of the sender: lengths and counts are
 * held against the bytes that are there, and counts against a budget of objects.
 */
export class Reader {
  readonly #buffer: Buffer
  #position: number
  #end: number
  #objectBudget: number

  constructor(buffer: Buffer, options: { position?: number; objectBudget?: number } = {}) {
    this.#buffer = buffer
    this.#position = options.position ?? 0
    this.#end = buffer.length
    this.#objectBudget = options.objectBudget ?? DEFAULT_OBJECT_BUDGET
  }

  get position(): number {
    return this.#position
  }

  get remaining(): number {
    return this.#end - this.#position
  }

  /** Moves on by `sizeBytes` and returns where the run begins. */
  #take(sizeBytes: number): number {
    const at = this.#position
    if (sizeBytes > this.#end - at) {
      throw new DecodeError(`${sizeBytes} bytes wanted at ${at}, ${this.#end - at} left`)
    }
    this.#position = at + sizeBytes
    return at
  }

  int8(): number {
    return this.#buffer.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.#take(2))
  }

  uint16(): number {
    return this.#buffer.readUInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.#take(4))
  }

  uint32(): number {
    return this.#buffer.readUInt32BE(this.#take(4))
  }

  /** 64 bits as the nearest number: exact inside of the safe integers. */
  int64(): number {
    const at = this.#take(8)
    return this.#buffer.readInt32BE(at) * 0x1_0000_0000 + this.#buffer.readUInt32BE(at + 4)
  }

  long(): bigint {
    return this.#buffer.readBigInt64BE(this.#take(8))
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.#take(8))
  }

  bool(): boolean {
    return this.int8() !== 0
  }

  uuid(): string {
    const at = this.#take(16)
    return uuidFromBytes(this.#buffer.subarray(at, at + 16))
  }

  /** An unsigned varint of at most 32 bits. */
  unsignedVarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#buffer.readUInt8(this.#take(1))
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) {
        if (value > 0xffff_ffff) break
        return value
      }
    }
    throw new DecodeError(`an unsigned varint of more than 32 bits ends at ${this.#position}`)
  }

  /** `length` bytes, a view into the frame. */
  view(length: number): Buffer {
    if (length < 0) throw new DecodeError(`a length of ${length} at ${this.#position}`)
    const at = this.#take(length)
    return this.#buffer.subarray(at, at + length)
  }

  /** Text of `length` bytes. */
  text(length: number): string {
    if (length < 0 || length > LONGEST_STRING)
      throw new DecodeError(`a string of ${length} bytes at ${this.#position}`)
    const at = this.#take(length)
    return this.#buffer.toString('utf8', at, at + length)
  }

  /** Holds a count of elements, each at least one byte long, against the bytes that are left and the budget. */
  admit(count: number, smallestElementBytes: number): void {
    if (count < 0) throw new DecodeError(`a count of ${count} at ${this.#position}`)
    if (count * smallestElementBytes > this.remaining) {
      throw new DecodeError(`${count} elements claimed at ${this.#position}, ${this.remaining} bytes left`)
    }
    this.#objectBudget -= count
    if (this.#objectBudget < 0)
      throw new DecodeError(`more objects than one message may have (at ${this.#position})`)
  }

  /** Reads `sizeBytes` with `read`, which must use up exactly those. */
  within<T>(sizeBytes: number, read: (reader: Reader) => T): T {
    if (sizeBytes < 0 || sizeBytes > this.remaining) {
      throw new DecodeError(`a field of ${sizeBytes} bytes at ${this.#position}, ${this.remaining} left`)
    }
    const outerEnd = this.#end
    this.#end = this.#position + sizeBytes
    const value = read(this)
    if (this.#position !== this.#end) {
      throw new DecodeError(
        `${this.#end - this.#position} bytes of a tagged field left over at ${this.#position}`,
      )
    }
    this.#end = outerEnd
    return value
  }

  /** Passes over the tagged fields of a struct without reading them (KIP-482). */
  skipTaggedFields(): void {
    const count = this.unsignedVarint()
    this.admit(count, 2)
    for (let i = 0; i < count; i++) {
      this.unsignedVarint()
      this.#take(this.unsignedVarint())
    }
  }
}

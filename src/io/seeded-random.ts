import type { Random } from './random.ts'

/** Random numbers that repeat for a seed (the generator is sfc32). Not for secrets. */
export class SeededRandom implements Random {
  #a = 0x9e3779b9
  #b = 0x243f6a88
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#c = seed | 0
    for (let round = 0; round < 15; round++) this.#next()
  }

  nextInt(bound: number): number {
    return Math.floor((this.#next() / 2 ** 32) * bound)
  }

  bytes(sizeBytes: number): Buffer {
    const bytes = Buffer.allocUnsafe(sizeBytes)
    for (let index = 0; index < sizeBytes; index++) bytes[index] = this.#next() >>> 24
    return bytes
  }

  /** An unsigned 32-bit number. */
  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum >>> 0
  }
}

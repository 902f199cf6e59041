/** Randomness as a parameter, so that a seeded run repeats itself. */
export interface Random {
  /** A whole number from 0 (included) to `bound` (excluded); `bound` is at most 2^31. */
  nextInt(bound: number): number
  /** Fresh random bytes. */
  bytes(sizeBytes: number): Buffer
}

/** Compressed bytes that cannot be, or must not be, inflated. */
export class DecompressionError extends Error {
  /** `too large`: the output would exceed its bound; `corrupt`: the input is not what its codec writes. */
  readonly reason: 'too large' | 'corrupt'

  constructor(reason: 'too large' | 'corrupt', message: string) {
    super(message)
    this.name = 'DecompressionError'
    this.reason = reason
  }
}

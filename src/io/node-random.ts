import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from './random.ts'

/** The system's randomness, fit for secrets. */
export class NodeRandom implements Random {
  nextInt(bound: number): number {
    return randomInt(bound)
  }

  bytes(sizeBytes: number): Buffer {
    return randomBytes(sizeBytes)
  }
}

import type { Endpoint, Socket } from '../../../src/io/network.ts'

/** A socket whose peer is the test: what is written is kept, and taken when the test says so. */
export class FakeSocket implements Socket {
  readonly remote: Endpoint = { host: '10.0.0.7', port: 50_000 }
  readonly local: Endpoint = { host: '10.0.0.1', port: 9092 }
  readonly written: Buffer[] = []
  /** Calls of `write`. */
  writes = 0
  isPaused = false
  isEnded = false
  isDestroyed = false
  /** The peer takes nothing: what is written stays queued. */
  isStuck = false
  queuedBytes = 0

  write(buffers: readonly Uint8Array[]): boolean {
    if (this.isDestroyed) return true
    this.writes++
    const bytes = Buffer.concat(buffers)
    this.written.push(bytes)
    if (this.isStuck) this.queuedBytes += bytes.length
    return this.queuedBytes < 64 * 1024
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  end(): void {
    this.isEnded = true
  }

  destroy(): void {
    this.isDestroyed = true
  }

  /** Bodies of the responses written so far. */
  responses(): Buffer[] {
    const bytes = Buffer.concat(this.written)
    const bodies: Buffer[] = []
    for (let position = 0; position < bytes.length; ) {
      const endPosition = position + 4 + bytes.readInt32BE(position)
      if (endPosition > bytes.length) break
      bodies.push(bytes.subarray(position + 4, endPosition))
      position = endPosition
    }
    return bodies
  }
}

/** A frame with its size in front. */
export function framed(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body)
  const size = Buffer.alloc(4)
  size.writeInt32BE(bytes.length)
  return Buffer.concat([size, bytes])
}

/** Lets promises go on. */
export const settle = () => new Promise<void>(resolve => setImmediate(resolve))

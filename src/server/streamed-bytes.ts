import type { DiskFile } from '../io/disk.ts'
import type { BytesPart, ExternalBytes } from '../protocol/schema.ts'

/**
 * Part of a response that is fetched while it is sent, so that a large one is never in memory as a whole. It is
 * exactly `sizeBytes` long: that stands in front of the response when the first byte is fetched.
 */
export interface StreamedBytes extends ExternalBytes {
  /** Fills all of `into` with the bytes from `position` (counted from 0 within this part) on. Called in order. */
  read(into: Buffer, position: number): Promise<void>
  /** Called once, when all is sent or nothing more will be. */
  release(): void
}

/** A range of an open file as part of a response. */
export class FileRange implements StreamedBytes {
  readonly sizeBytes: number
  readonly #file: Pick<DiskFile, 'read' | 'path'>
  readonly #position: number
  readonly #onRelease: () => void

  /** `onRelease` tells that the file is not needed here any more. */
  constructor(options: {
    file: Pick<DiskFile, 'read' | 'path'>
    position: number
    sizeBytes: number
    onRelease?: () => void
  }) {
    this.sizeBytes = options.sizeBytes
    this.#file = options.file
    this.#position = options.position
    this.#onRelease = options.onRelease ?? (() => {})
  }

  async read(into: Buffer, position: number): Promise<void> {
    const readBytes = await this.#file.read(into, this.#position + position)
    if (readBytes === into.length) return
    throw new Error(
      `${this.#file.path} ends before the range at ${this.#position} of ${this.sizeBytes} bytes`,
    )
  }

  release(): void {
    this.#onRelease()
  }
}

export function isStreamed(part: BytesPart): part is StreamedBytes {
  return 'release' in part && 'read' in part
}

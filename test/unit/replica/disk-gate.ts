import type { DiskOperation } from '../../../src/io/memory-disk.ts'

/** Holds up writes or flushes of segments of a memory disk until it is opened. */
export class DiskGate {
  readonly #closedTo = new Set<DiskOperation>()
  #waiting: (() => void)[] = []

  close(...operations: DiskOperation[]): void {
    for (const operation of operations) this.#closedTo.add(operation)
  }

  open(): void {
    this.#closedTo.clear()
    for (const go of this.#waiting.splice(0)) go()
  }

  /** The option of a memory disk. */
  readonly before = async (operation: DiskOperation, path: string): Promise<void> => {
    while (path.endsWith('.log') && this.#closedTo.has(operation)) {
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }
}

import { DiskError, type DiskFile } from './disk.ts'
import type { DiskFault, DiskOperation } from './disk-fault.ts'
import type { MemoryFile } from './memory-file.ts'

/** What an open file needs of its disk. */
export interface MemoryDiskAccess {
  begin(operation: DiskOperation, path: string): Promise<void>
  end(): Promise<void>
  matchFault(operation: DiskOperation, path: string): DiskFault | undefined
  freeBytes(): number
}

/** An open file of the memory disk. */
export class OpenMemoryFile implements DiskFile {
  readonly path: string
  readonly #disk: MemoryDiskAccess
  readonly #file: MemoryFile
  readonly #writable: boolean
  #closed = false

  constructor(options: { disk: MemoryDiskAccess; file: MemoryFile; path: string; writable: boolean }) {
    this.path = options.path
    this.#disk = options.disk
    this.#file = options.file
    this.#writable = options.writable
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    await this.#begin('read')
    const bytes = this.#file.view().subarray(position, position + into.length)
    into.set(bytes)
    return bytes.length
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    await this.#begin('write')
    if (!this.#writable) throw this.#error('EBADF', 'write')
    const fault = this.#disk.matchFault('write', this.path)
    const sizeBytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
    const growthBytes = position + sizeBytes - this.#file.sizeBytes
    const overBytes = growthBytes - this.#disk.freeBytes()
    const allowedBytes = fault === undefined ? sizeBytes - Math.max(0, overBytes) : (fault.writtenBytes ?? 0)
    this.#writePart(buffers, position, allowedBytes)
    if (fault !== undefined) throw this.#error(fault.code, 'write')
    if (allowedBytes < sizeBytes) throw this.#error('ENOSPC', 'write')
    await this.#disk.end()
  }

  async flush(): Promise<void> {
    const changes = this.#file.unflushedChanges
    await this.#begin('flush')
    this.#file.makeStable(changes)
    await this.#disk.end()
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#begin('truncate')
    if (!this.#writable) throw this.#error('EBADF', 'truncate')
    this.#file.truncate(sizeBytes)
  }

  async sizeBytes(): Promise<number> {
    await this.#begin('read')
    return this.#file.sizeBytes
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  async #begin(operation: DiskOperation): Promise<void> {
    if (this.#closed) throw this.#error('EBADF', operation)
    await this.#disk.begin(operation, this.path)
  }

  #writePart(buffers: readonly Uint8Array[], position: number, allowedBytes: number): void {
    let writtenBytes = 0
    for (const buffer of buffers) {
      const part = buffer.subarray(0, Math.max(0, allowedBytes - writtenBytes))
      if (part.length > 0) this.#file.write(part, position + writtenBytes)
      writtenBytes += part.length
    }
  }

  #error(code: string, operation: string): DiskError {
    return new DiskError({ code, path: this.path, operation })
  }
}

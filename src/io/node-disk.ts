import { randomUUID } from 'node:crypto'
import * as fs from 'node:fs'
import * as fsPromises from 'node:fs/promises'
import { dirname } from 'node:path'
import { type DirectoryEntry, type Disk, DiskError, type DiskFile, type OpenMode } from './disk.ts'
import { Limiter } from './limiter.ts'
import { takeLockFile } from './lock-file.ts'

const openFlags = {
  read: fs.constants.O_RDONLY,
  'read-write': fs.constants.O_RDWR,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT,
} as const satisfies Record<OpenMode, number>

/** The longest single read that the system takes. */
const longestReadBytes = 2 ** 31 - 1

/** libuv's own default for its thread pool. */
const defaultThreads = 4

export interface NodeDiskOptions {
  /**
   * Flushes under way at once. libuv's pool is one queue: flushes must leave threads for reads. By default three
   * quarters of the pool (`UV_THREADPOOL_SIZE`).
   */
  readonly concurrentFlushes?: number
}

/** The machine's file system. */
export class NodeDisk implements Disk {
  readonly #flushes: Limiter

  constructor(options: NodeDiskOptions = {}) {
    const { UV_THREADPOOL_SIZE } = process.env
    const threads = Number(UV_THREADPOOL_SIZE) || defaultThreads
    this.#flushes = new Limiter(options.concurrentFlushes ?? Math.max(1, Math.floor(threads * 0.75)))
  }

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    const descriptor = await new Promise<number>((resolve, reject) => {
      fs.open(path, openFlags[mode], (error, opened) => {
        if (error === null) resolve(opened)
        else reject(diskError(error, path, 'open'))
      })
    })
    return new NodeFile({ path, descriptor, flushes: this.#flushes })
  }

  async readFile(path: string, maxBytes: number): Promise<Buffer> {
    const file = await this.open(path, 'read')
    try {
      const sizeBytes = await file.sizeBytes()
      if (sizeBytes > maxBytes) throw new DiskError({ code: 'EFBIG', path, operation: 'read' })
      const bytes = Buffer.allocUnsafe(sizeBytes)
      return bytes.subarray(0, await file.read(bytes, 0))
    } finally {
      await file.close()
    }
  }

  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.${randomUUID()}.tmp`
    try {
      const file = await this.open(temporary, 'create')
      try {
        await file.write([bytes], 0)
        await file.flush()
      } finally {
        await file.close()
      }
      await this.rename({ from: temporary, to: path })
    } catch (error) {
      await fsPromises.rm(temporary, { force: true }).catch(() => {})
      throw error
    }
    await this.syncDirectory(dirname(path))
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    const entries = await attempt('list', directory, fsPromises.readdir(directory, { withFileTypes: true }))
    return entries
      .map(entry => ({ name: entry.name, isDirectory: entry.isDirectory() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async exists(path: string): Promise<boolean> {
    try {
      await fsPromises.access(path)
      return true
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT' || code === 'ENOTDIR') return false
      throw diskError(error, path, 'access')
    }
  }

  async makeDirectory(path: string): Promise<void> {
    await attempt('makeDirectory', path, fsPromises.mkdir(path, { recursive: true }))
  }

  async rename({ from, to }: { from: string; to: string }): Promise<void> {
    await attempt('rename', from, fsPromises.rename(from, to))
  }

  async removeFile(path: string): Promise<void> {
    try {
      await fsPromises.unlink(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(error, path, 'remove')
    }
  }

  async removeDirectory(path: string): Promise<void> {
    await attempt('remove', path, fsPromises.rm(path, { recursive: true, force: true }))
  }

  async syncDirectory(path: string): Promise<void> {
    const handle = await attempt('syncDirectory', path, fsPromises.open(path, 'r'))
    try {
      await attempt(
        'syncDirectory',
        path,
        this.#flushes.run(() => handle.sync()),
      )
    } finally {
      await handle.close()
    }
  }

  async space(path: string): Promise<{ totalBytes: number; usableBytes: number }> {
    const volume = await attempt('space', path, fsPromises.statfs(path))
    return { totalBytes: volume.blocks * volume.bsize, usableBytes: volume.bavail * volume.bsize }
  }

  lock(path: string): Promise<{ release(): Promise<void> }> {
    return attempt('lock', path, takeLockFile(path))
  }
}

/** Callbacks on a descriptor cost less than a FileHandle, and this is the data path. */
class NodeFile implements DiskFile {
  readonly path: string
  readonly #flushes: Limiter
  /** Undefined once closed: the system gives the number to the next file that is opened. */
  #descriptor: number | undefined

  constructor(options: { path: string; descriptor: number; flushes: Limiter }) {
    this.path = options.path
    this.#descriptor = options.descriptor
    this.#flushes = options.flushes
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let readBytes = 0
    while (readBytes < into.length) {
      const count = await this.#readOnce(into, readBytes, position + readBytes)
      if (count === 0) break
      readBytes += count
    }
    return readBytes
  }

  async write(buffers: readonly Uint8Array[], position: number): Promise<void> {
    let left = buffers.filter(buffer => buffer.length > 0)
    let writtenBytes = 0
    while (left.length > 0) {
      const count = await this.#writeOnce(left, position + writtenBytes)
      if (count === 0) throw new DiskError({ code: 'EIO', path: this.path, operation: 'write' })
      writtenBytes += count
      left = withoutFirst(left, count)
    }
  }

  flush(): Promise<void> {
    return this.#flushes.run(() => this.#call('flush', (fd, done) => fs.fdatasync(fd, done)))
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#call('truncate', (fd, done) => fs.ftruncate(fd, sizeBytes, done))
  }

  async sizeBytes(): Promise<number> {
    const stats = await this.#call<fs.Stats>('stat', (fd, done) => fs.fstat(fd, done))
    return stats.size
  }

  close(): Promise<void> {
    if (this.#descriptor === undefined) return Promise.resolve()
    return this.#call('close', (fd, done) => {
      this.#descriptor = undefined
      fs.close(fd, done)
    })
  }

  #readOnce(into: Uint8Array, start: number, position: number): Promise<number> {
    const length = Math.min(into.length - start, longestReadBytes)
    return this.#call<number>('read', (fd, done) => fs.read(fd, into, start, length, position, done))
  }

  #writeOnce(buffers: readonly Uint8Array[], position: number): Promise<number> {
    return this.#call<number>('write', (fd, done) => {
      if (buffers.length === 1) fs.write(fd, buffers[0]!, 0, buffers[0]!.length, position, done)
      else fs.writev(fd, buffers, position, done)
    })
  }

  #call<T = void>(
    operation: string,
    start: (descriptor: number, done: (error: NodeJS.ErrnoException | null, result?: T) => void) => void,
  ): Promise<T> {
    const descriptor = this.#descriptor
    if (descriptor === undefined) {
      return Promise.reject(new DiskError({ code: 'EBADF', path: this.path, operation }))
    }
    return new Promise((resolve, reject) => {
      start(descriptor, (error, result) => {
        if (error) reject(diskError(error, this.path, operation))
        else resolve(result as T)
      })
    })
  }
}

function withoutFirst(buffers: readonly Uint8Array[], sizeBytes: number): Uint8Array[] {
  let index = 0
  let skipBytes = sizeBytes
  while (index < buffers.length && skipBytes >= buffers[index]!.length) skipBytes -= buffers[index++]!.length
  const left = buffers.slice(index)
  if (skipBytes > 0) left[0] = left[0]!.subarray(skipBytes)
  return left
}

async function attempt<T>(operation: string, path: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise
  } catch (error) {
    throw diskError(error, path, operation)
  }
}

function diskError(error: unknown, path: string, operation: string): DiskError {
  if (error instanceof DiskError) return error
  const code = (error as NodeJS.ErrnoException).code ?? 'EIO'
  return new DiskError({ code, path, operation, cause: error })
}

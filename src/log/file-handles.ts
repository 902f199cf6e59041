import { dirname } from 'node:path'
import type { Disk, DiskFile } from '../io/disk.ts'

interface Handle {
  readonly path: string
  readonly opening: Promise<DiskFile>
  users: number
  /** Called once there are no users left. */
  onUnused: (() => void) | undefined
}

/**
 * The open files of a data directory: opened when first used, kept open for the next use, and closed again, the one
 * unused for longest first, once there are more than `maxOpen`. Files in use are never closed, so that the bound may be
 * passed for as long as they are.
 */
export class FileHandles {
  readonly #disk: Disk
  readonly #maxOpen: number
  /** By path; the order of insertion is the order of use. */
  readonly #handles = new Map<string, Handle>()

  constructor({ disk, maxOpen }: { disk: Disk; maxOpen: number }) {
    this.#disk = disk
    this.#maxOpen = maxOpen
  }

  get openCount(): number {
    return this.#handles.size
  }

  /**
   * Runs `action` with the file at `path` open for reading and writing. With `create` it is made where missing;
   * otherwise that is `ENOENT`. The file is not to be used once the action has settled.
   */
  async use<T>(
    path: string,
    { create }: { create: boolean },
    action: (file: DiskFile) => Promise<T>,
  ): Promise<T> {
    const handle = this.#acquire(path, create)
    try {
      return await action(await handle.opening)
    } finally {
      this.#release(handle)
    }
  }

  /** Closes the file at `path` once nobody uses it; before it is renamed or removed. Nobody may begin to meanwhile. */
  async close(path: string): Promise<void> {
    const handle = this.#handles.get(path)
    if (handle === undefined) return
    if (handle.users > 0) {
      await new Promise<void>(resolve => {
        handle.onUnused = resolve
      })
    }
    if (this.#handles.get(path) === handle) this.#handles.delete(path)
    await closeQuietly(handle)
  }

  /** Closes every file of one directory. */
  async closeDirectory(directory: string): Promise<void> {
    const paths = [...this.#handles.keys()].filter(path => dirname(path) === directory)
    await Promise.all(paths.map(path => this.close(path)))
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#handles.keys()].map(path => this.close(path)))
  }

  #acquire(path: string, create: boolean): Handle {
    let handle = this.#handles.get(path)
    if (handle === undefined) {
      const opened: Handle = {
        path,
        opening: this.#disk.open(path, create ? 'create' : 'read-write'),
        users: 0,
        onUnused: undefined,
      }
      handle = opened
      opened.opening.catch(() => {
        if (this.#handles.get(path) === opened) this.#handles.delete(path)
      })
    } else {
      this.#handles.delete(path)
    }
    this.#handles.set(path, handle)
    handle.users++
    if (this.#handles.size > this.#maxOpen) this.#evict()
    return handle
  }

  #release(handle: Handle): void {
    handle.users--
    if (handle.users > 0) return
    if (handle.onUnused !== undefined) handle.onUnused()
    else if (this.#handles.size > this.#maxOpen) this.#evict()
  }

  #evict(): void {
    for (const handle of this.#handles.values()) {
      if (this.#handles.size <= this.#maxOpen) return
      if (handle.users > 0) continue
      this.#handles.delete(handle.path)
      void closeQuietly(handle)
    }
  }
}

/** What was written is flushed by whoever needs it to be: a close that fails takes nothing away. */
async function closeQuietly(handle: Handle): Promise<void> {
  try {
    const file = await handle.opening
    await file.close()
  } catch {
    // The open failed and its user knows, or the close did.
  }
}

import { dirname } from 'node:path'
import { type DirectoryEntry, type Disk, DiskError, type DiskFile, type OpenMode } from './disk.ts'
import type { DiskFault, DiskOperation } from './disk-fault.ts'
import { MemoryFile } from './memory-file.ts'
import { type MemoryDiskAccess, OpenMemoryFile } from './open-memory-file.ts'
import type { Random } from './random.ts'

export type { DiskOperation } from './disk-fault.ts'

export interface MemoryDiskOptions {
  /** Bytes of all files together; a write beyond them fails with ENOSPC after as much as fits. */
  readonly capacityBytes?: number
  /** Awaited before an operation takes effect: a simulator's delay. */
  readonly before?: (operation: DiskOperation, path: string) => Promise<void> | void
}

class MemoryDirectory {
  entries = new Map<string, MemoryFile | MemoryDirectory>()
  /** The names that would be left after a crash. */
  stableEntries = new Map<string, MemoryFile | MemoryDirectory>()
}

type Node = MemoryFile | MemoryDirectory

/** A change of names, atomic as on a journaling file system, stable once one of its directories is synced. */
interface NameChange {
  readonly directories: readonly MemoryDirectory[]
  readonly apply: () => void
}

/**
 * A file system in memory that forgets as a real one may: data that was not flushed and names whose directory was
 * not synced are gone after `crash`. Faults are injected with `failOn`.
 */
export class MemoryDisk implements Disk {
  readonly #options: MemoryDiskOptions
  #root = new MemoryDirectory()
  /** In order of doing, not yet stable. */
  #nameChanges: NameChange[] = []
  #faults: { fault: DiskFault; seen: number }[] = []
  readonly #locks = new Set<string>()
  #crashed = false
  #temporaryFiles = 0

  constructor(options: MemoryDiskOptions = {}) {
    this.#options = options
  }

  // ---- for tests and the simulator

  /** The coming operations fail as told. Returns how to take the fault back. */
  failOn(fault: DiskFault): () => void {
    const entry = { fault, seen: 0 }
    this.#faults.push(entry)
    return () => {
      this.#faults = this.#faults.filter(other => other !== entry)
    }
  }

  /**
   * Power is cut. Returns the disk as the next start finds it; operations of this one, those under way included,
   * never settle again. Without `random` all that was not flushed is lost; with it, any part of it may be left:
   * torn writes, and the first few of the unsynced changes of names.
   */
  crash(random?: Random): MemoryDisk {
    this.#crashed = true
    const after = new MemoryDisk(this.#options)
    const kept = random === undefined ? 0 : random.nextInt(this.#nameChanges.length + 1)
    for (const change of this.#nameChanges.splice(0, kept)) change.apply()
    const copies = new Map<Node, Node>()
    const survivor = (node: Node): Node => {
      const known = copies.get(node)
      if (known !== undefined) return known
      if (node instanceof MemoryFile) {
        const file = node.afterCrash(random)
        copies.set(node, file)
        return file
      }
      const directory = new MemoryDirectory()
      copies.set(node, directory)
      for (const [name, child] of node.stableEntries) directory.entries.set(name, survivor(child))
      directory.stableEntries = new Map(directory.entries)
      return directory
    }
    after.#root = survivor(this.#root) as MemoryDirectory
    return after
  }

  /** An independent disk with what a reader sees now, all of it stable. This one goes on. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk(this.#options)
    const cloned = (node: Node): Node => {
      if (node instanceof MemoryFile) {
        const file = node.copy()
        file.makeStable(file.unflushedChanges)
        return file
      }
      const directory = new MemoryDirectory()
      for (const [name, child] of node.entries) directory.entries.set(name, cloned(child))
      directory.stableEntries = new Map(directory.entries)
      return directory
    }
    copy.#root = cloned(this.#root) as MemoryDirectory
    return copy
  }

  /** Every path of a file, sorted. */
  files(): string[] {
    const paths: string[] = []
    const walk = (directory: MemoryDirectory, path: string) => {
      for (const [name, node] of directory.entries) {
        if (node instanceof MemoryFile) paths.push(`${path}/${name}`)
        else walk(node, `${path}/${name}`)
      }
    }
    walk(this.#root, '')
    return paths.sort()
  }

  // ---- Disk

  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    await this.#begin('open', path)
    const { parent, name } = this.#parentOf(path, 'open')
    let node = parent.entries.get(name)
    if (node instanceof MemoryDirectory) throw new DiskError({ code: 'EISDIR', path, operation: 'open' })
    if (node === undefined) {
      if (mode !== 'create') throw new DiskError({ code: 'ENOENT', path, operation: 'open' })
      node = new MemoryFile()
      this.#link(parent, name, node)
    }
    return new OpenMemoryFile({ disk: this.#access, file: node, path, writable: mode !== 'read' })
  }

  async readFile(path: string, maxBytes: number): Promise<Buffer> {
    const file = await this.open(path, 'read')
    const sizeBytes = await file.sizeBytes()
    if (sizeBytes > maxBytes) throw new DiskError({ code: 'EFBIG', path, operation: 'read' })
    const bytes = Buffer.alloc(sizeBytes)
    return bytes.subarray(0, await file.read(bytes, 0))
  }

  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${path}.${++this.#temporaryFiles}.tmp`
    try {
      const file = await this.open(temporary, 'create')
      await file.write([bytes], 0)
      await file.flush()
      await file.close()
      await this.rename({ from: temporary, to: path })
    } catch (error) {
      this.#removeNow(temporary)
      throw error
    }
    await this.syncDirectory(dirname(path))
  }

  async list(directory: string): Promise<DirectoryEntry[]> {
    await this.#begin('list', directory)
    const { entries } = this.#directory(directory, 'list')
    return [...entries.keys()].sort().map(name => ({
      name,
      isDirectory: entries.get(name) instanceof MemoryDirectory,
    }))
  }

  async exists(path: string): Promise<boolean> {
    await this.#begin('open', path)
    return this.#find(path) !== undefined
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#begin('open', path)
    let directory = this.#root
    for (const name of segmentsOf(path)) {
      let next = directory.entries.get(name)
      if (next === undefined) {
        next = new MemoryDirectory()
        this.#link(directory, name, next)
      }
      if (next instanceof MemoryFile) {
        throw new DiskError({ code: 'ENOTDIR', path, operation: 'makeDirectory' })
      }
      directory = next
    }
  }

  async rename({ from, to }: { from: string; to: string }): Promise<void> {
    await this.#begin('rename', from)
    const source = this.#parentOf(from, 'rename')
    const target = this.#parentOf(to, 'rename')
    const node = source.parent.entries.get(source.name)
    if (node === undefined) throw new DiskError({ code: 'ENOENT', path: from, operation: 'rename' })
    const replaced = target.parent.entries.get(target.name)
    if (replaced instanceof MemoryDirectory && replaced.entries.size > 0) {
      throw new DiskError({ code: 'ENOTEMPTY', path: to, operation: 'rename' })
    }
    source.parent.entries.delete(source.name)
    target.parent.entries.set(target.name, node)
    this.#nameChanges.push({
      directories: [source.parent, target.parent],
      apply: () => {
        source.parent.stableEntries.delete(source.name)
        target.parent.stableEntries.set(target.name, node)
      },
    })
  }

  async removeFile(path: string): Promise<void> {
    await this.#begin('remove', path)
    if (this.#find(path) instanceof MemoryDirectory) {
      throw new DiskError({ code: 'EISDIR', path, operation: 'remove' })
    }
    this.#removeNow(path)
  }

  async removeDirectory(path: string): Promise<void> {
    await this.#begin('remove', path)
    this.#removeNow(path)
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#begin('syncDirectory', path)
    const directory = this.#directory(path, 'syncDirectory')
    this.#nameChanges = this.#nameChanges.filter(change => {
      if (!change.directories.includes(directory)) return true
      change.apply()
      return false
    })
  }

  async space(path: string): Promise<{ totalBytes: number; usableBytes: number }> {
    await this.#begin('open', path)
    const totalBytes = this.#options.capacityBytes ?? 2 ** 40
    return { totalBytes, usableBytes: Math.max(0, totalBytes - this.#usedBytes()) }
  }

  async lock(path: string): Promise<{ release(): Promise<void> }> {
    await this.#begin('open', path)
    if (this.#locks.has(path)) throw new DiskError({ code: 'ELOCKED', path, operation: 'lock' })
    this.#locks.add(path)
    return {
      release: async () => {
        await this.#begin('remove', path)
        this.#locks.delete(path)
      },
    }
  }

  // ---- inside

  readonly #access: MemoryDiskAccess = {
    begin: (operation, path) => this.#begin(operation, path),
    end: () => this.#neverAfterCrash(),
    matchFault: (operation, path) => this.#matchFault(operation, path),
    freeBytes: () => {
      const { capacityBytes } = this.#options
      return capacityBytes === undefined ? Number.POSITIVE_INFINITY : capacityBytes - this.#usedBytes()
    },
  }

  async #begin(operation: DiskOperation, path: string): Promise<void> {
    await this.#options.before?.(operation, path)
    await this.#neverAfterCrash()
    // A failing write may still write a part: `OpenMemoryFile.write` looks for its own faults.
    const fault = operation === 'write' ? undefined : this.#matchFault(operation, path)
    if (fault !== undefined) throw new DiskError({ code: fault.code, path, operation })
  }

  async #neverAfterCrash(): Promise<void> {
    if (this.#crashed) await new Promise<never>(() => {})
  }

  #matchFault(operation: DiskOperation, path: string): DiskFault | undefined {
    let found: DiskFault | undefined
    for (const entry of this.#faults) {
      const { fault } = entry
      if (fault.operation !== operation || !path.includes(fault.pathContains ?? '')) continue
      entry.seen++
      if (entry.seen === fault.nth || (fault.forever === true && entry.seen > fault.nth)) found ??= fault
    }
    return found
  }

  #link(parent: MemoryDirectory, name: string, node: Node): void {
    parent.entries.set(name, node)
    this.#nameChanges.push({
      directories: [parent],
      apply: () => parent.stableEntries.set(name, node),
    })
  }

  #removeNow(path: string): void {
    const parent = this.#find(dirname(path))
    const name = segmentsOf(path).at(-1)
    if (!(parent instanceof MemoryDirectory) || name === undefined || !parent.entries.delete(name)) return
    this.#nameChanges.push({
      directories: [parent],
      apply: () => parent.stableEntries.delete(name),
    })
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    for (const name of segmentsOf(path)) {
      if (!(node instanceof MemoryDirectory)) return undefined
      node = node.entries.get(name)
    }
    return node
  }

  #directory(path: string, operation: string): MemoryDirectory {
    const node = this.#find(path)
    if (node === undefined) throw new DiskError({ code: 'ENOENT', path, operation })
    if (node instanceof MemoryFile) throw new DiskError({ code: 'ENOTDIR', path, operation })
    return node
  }

  #parentOf(path: string, operation: string): { parent: MemoryDirectory; name: string } {
    const name = segmentsOf(path).at(-1)
    const parent = this.#find(dirname(path))
    if (name === undefined) throw new DiskError({ code: 'EISDIR', path, operation })
    if (!(parent instanceof MemoryDirectory)) throw new DiskError({ code: 'ENOENT', path, operation })
    return { parent, name }
  }

  #usedBytes(): number {
    let usedBytes = 0
    const walk = (directory: MemoryDirectory) => {
      for (const node of directory.entries.values()) {
        if (node instanceof MemoryFile) usedBytes += node.sizeBytes
        else walk(node)
      }
    }
    walk(this.#root)
    return usedBytes
  }
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter(segment => segment !== '')
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Disk } from '../../../src/io/disk.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { NodeDisk } from '../../../src/io/node-disk.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ottla-disk-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let made = 0
async function freshDirectory(disk: Disk): Promise<string> {
  const path = join(folder, `d${++made}`)
  await disk.makeDirectory(path)
  return path
}

async function contentOf(disk: Disk, path: string): Promise<string> {
  return (await disk.readFile(path, 1 << 20)).toString('latin1')
}

describe.each([
  { name: 'MemoryDisk', disk: new MemoryDisk() as Disk },
  { name: 'NodeDisk', disk: new NodeDisk() as Disk },
])('$name', ({ disk }) => {
  it('writes several buffers one after another and reads them back from any position', async () => {
    const directory = await freshDirectory(disk)
    const file = await disk.open(`${directory}/a`, 'create')
    await file.write([Buffer.from('hello '), Buffer.alloc(0), Buffer.from('world')], 0)
    await file.write([Buffer.from('W')], 6)
    await file.flush()
    const into = Buffer.alloc(8)
    expect(await file.read(into, 4)).toBe(7)
    expect(into.subarray(0, 7).toString()).toBe('o World')
    expect(await file.read(into, 100)).toBe(0)
    expect(await file.sizeBytes()).toBe(11)
    await file.close()
    expect(await contentOf(disk, `${directory}/a`)).toBe('hello World')
  })

  it('writes more buffers at once than the system takes in one call', async () => {
    const directory = await freshDirectory(disk)
    const file = await disk.open(`${directory}/a`, 'create')
    const buffers = Array.from({ length: 3000 }, (_, index) => Buffer.from(`${index},`))
    await file.write(buffers, 0)
    await file.close()
    expect(await contentOf(disk, `${directory}/a`)).toBe(Buffer.concat(buffers).toString())
  })

  it('fills a gap and what is cut off and grown again with zeros', async () => {
    const directory = await freshDirectory(disk)
    const file = await disk.open(`${directory}/a`, 'create')
    await file.write([Buffer.from('abcdef')], 2)
    await file.truncate(4)
    await file.truncate(6)
    await file.close()
    expect(await contentOf(disk, `${directory}/a`)).toBe('\0\0ab\0\0')
  })

  it('keeps the bytes of an existing file when it is opened with create', async () => {
    const directory = await freshDirectory(disk)
    await disk.replaceFile(`${directory}/a`, Buffer.from('old'))
    const file = await disk.open(`${directory}/a`, 'create')
    await file.write([Buffer.from('N')], 0)
    await file.close()
    expect(await contentOf(disk, `${directory}/a`)).toBe('Nld')
  })

  it('rejects with the code and path of the failure', async () => {
    const directory = await freshDirectory(disk)
    const missing = `${directory}/missing`
    await expect(disk.open(missing, 'read')).rejects.toMatchObject({
      name: 'DiskError',
      code: 'ENOENT',
      path: missing,
    })
    await expect(disk.open(missing, 'read-write')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(disk.open(`${directory}/no/file`, 'create')).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(disk.list(missing)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(disk.rename({ from: missing, to: `${directory}/b` })).rejects.toMatchObject({
      code: 'ENOENT',
    })
    await disk.replaceFile(`${directory}/big`, Buffer.alloc(100))
    await expect(disk.readFile(`${directory}/big`, 99)).rejects.toMatchObject({ code: 'EFBIG' })
    const file = await disk.open(`${directory}/big`, 'read')
    await expect(file.write([Buffer.from('x')], 0)).rejects.toMatchObject({ code: 'EBADF' })
    await file.close()
    await expect(file.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ code: 'EBADF' })
  })

  it('lists names in order, tells directories, renames over a file and removes', async () => {
    const directory = await freshDirectory(disk)
    await disk.replaceFile(`${directory}/b`, Buffer.from('b'))
    await disk.replaceFile(`${directory}/a`, Buffer.from('a'))
    await disk.makeDirectory(`${directory}/c/d`)
    await disk.rename({ from: `${directory}/a`, to: `${directory}/b` })
    expect(await disk.list(directory)).toEqual([
      { name: 'b', isDirectory: false },
      { name: 'c', isDirectory: true },
    ])
    expect(await contentOf(disk, `${directory}/b`)).toBe('a')
    await disk.rename({ from: `${directory}/c`, to: `${directory}/e` })
    expect(await disk.exists(`${directory}/e/d`)).toBe(true)
    await disk.removeFile(`${directory}/b`)
    await disk.removeFile(`${directory}/b`)
    await disk.removeDirectory(`${directory}/e`)
    await disk.removeDirectory(`${directory}/e`)
    await disk.syncDirectory(directory)
    expect(await disk.list(directory)).toEqual([])
    expect(await disk.exists(`${directory}/b`)).toBe(false)
  })

  it('lets a file that is removed while open be read to the end', async () => {
    const directory = await freshDirectory(disk)
    await disk.replaceFile(`${directory}/a`, Buffer.from('data'))
    const file = await disk.open(`${directory}/a`, 'read')
    await disk.removeFile(`${directory}/a`)
    const into = Buffer.alloc(4)
    expect(await file.read(into, 0)).toBe(4)
    await file.close()
  })

  it('refuses a lock that is held and gives it again once released', async () => {
    const directory = await freshDirectory(disk)
    const lock = await disk.lock(`${directory}/.lock`)
    await expect(disk.lock(`${directory}/.lock`)).rejects.toMatchObject({ code: 'ELOCKED' })
    await lock.release()
    const again = await disk.lock(`${directory}/.lock`)
    await again.release()
  })

  it('tells the space of the volume', async () => {
    const space = await disk.space(await freshDirectory(disk))
    expect(space.totalBytes).toBeGreaterThan(0)
    expect(space.usableBytes).toBeLessThanOrEqual(space.totalBytes)
  })
})

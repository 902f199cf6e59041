import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'

async function contentOf(disk: MemoryDisk, path: string): Promise<string> {
  return (await disk.readFile(path, 1 << 20)).toString('latin1')
}

async function diskWithFile(content: string) {
  const disk = new MemoryDisk()
  await disk.makeDirectory('/data')
  await disk.syncDirectory('/')
  const file = await disk.open('/data/a', 'create')
  await disk.syncDirectory('/data')
  await file.write([Buffer.from(content)], 0)
  await file.flush()
  return { disk, file }
}

describe('a crash of the memory disk', () => {
  it('loses what was not flushed and keeps what was', async () => {
    const { disk, file } = await diskWithFile('flushed')
    await file.write([Buffer.from('FL-more')], 0)
    await file.truncate(3)
    expect(await contentOf(disk, '/data/a')).toBe('FL-')
    expect(await contentOf(disk.crash(), '/data/a')).toBe('flushed')
  })

  it('does not count a write that began after the flush', async () => {
    const { disk, file } = await diskWithFile('')
    await file.write([Buffer.from('one')], 0)
    const flushed = file.flush()
    const written = file.write([Buffer.from('two')], 3)
    await Promise.all([flushed, written])
    expect(await contentOf(disk.crash(), '/data/a')).toBe('one')
  })

  it('loses a new file, a rename and a removal whose directory was not synced', async () => {
    const { disk } = await diskWithFile('a')
    const created = await disk.open('/data/new', 'create')
    await created.write([Buffer.from('x')], 0)
    await created.flush()
    await disk.rename({ from: '/data/a', to: '/data/b' })
    await disk.makeDirectory('/data/sub')
    expect(disk.files()).toEqual(['/data/b', '/data/new'])
    const after = disk.crash()
    expect(after.files()).toEqual(['/data/a'])
    expect(await contentOf(after, '/data/a')).toBe('a')
    await after.removeFile('/data/a')
    expect(after.crash().files()).toEqual(['/data/a'])
  })

  it('keeps names once their directory is synced, and a replaced file is the new one', async () => {
    const { disk } = await diskWithFile('a')
    await disk.rename({ from: '/data/a', to: '/data/b' })
    await disk.syncDirectory('/data')
    await disk.replaceFile('/data/c', Buffer.from('one'))
    await disk.replaceFile('/data/c', Buffer.from('two'))
    const after = disk.crash()
    expect(after.files()).toEqual(['/data/b', '/data/c'])
    expect(await contentOf(after, '/data/c')).toBe('two')
  })

  it('leaves a renamed file empty when it was not flushed before', async () => {
    const { disk } = await diskWithFile('a')
    const file = await disk.open('/data/tmp', 'create')
    await file.write([Buffer.from('new')], 0)
    await disk.rename({ from: '/data/tmp', to: '/data/a' })
    await disk.syncDirectory('/data')
    expect(await contentOf(disk.crash(), '/data/a')).toBe('')
  })

  it('never settles an operation of the disk that crashed', async () => {
    const { disk, file } = await diskWithFile('a')
    const before = file.write([Buffer.from('b')], 0).then(() => 'written')
    const after = disk.crash()
    const later = file.flush().then(() => 'flushed')
    const pause = new Promise(resolve => setImmediate(() => resolve('nothing')))
    expect(await Promise.race([before, later, pause])).toBe('nothing')
    expect(await contentOf(after, '/data/a')).toBe('a')
  })

  it('tears unflushed writes by sectors, keeps flushed bytes, and does the same again for a seed', async () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 60; seed++) {
      const run = async () => {
        const { disk, file } = await diskWithFile('f'.repeat(1000))
        await file.write([Buffer.from('n'.repeat(2000))], 1000)
        return contentOf(disk.crash(new SeededRandom(seed)), '/data/a')
      }
      const content = await run()
      expect(await run()).toBe(content)
      expect(content.slice(0, 1000)).toBe('f'.repeat(1000))
      const rest = content.slice(1000)
      expect(rest).toMatch(/^[n\0]*$/)
      // The first sector of the new bytes ends at 1024.
      expect(new Set(rest.slice(24, 24 + 512)).size).toBeLessThanOrEqual(1)
      outcomes.add(rest === '' ? 'lost' : rest === 'n'.repeat(2000) ? 'whole' : 'torn')
    }
    expect(outcomes).toEqual(new Set(['lost', 'whole', 'torn']))
  })

  it('keeps, with a seed, the first so many of the changes of names', async () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 40; seed++) {
      const { disk } = await diskWithFile('a')
      await disk.rename({ from: '/data/a', to: '/data/b' })
      await disk.rename({ from: '/data/b', to: '/data/c' })
      seen.add(disk.crash(new SeededRandom(seed)).files().join())
    }
    expect(seen).toEqual(new Set(['/data/a', '/data/b', '/data/c']))
  })

  it('keeps every flushed byte whatever is written, cut and flushed around it', async () => {
    const step = fc.oneof(
      fc.record({ write: fc.nat(3000), at: fc.nat(4000), fill: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ truncate: fc.nat(5000) }),
      fc.constant('flush' as const),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async steps => {
        const { disk, file } = await diskWithFile('')
        let model = Buffer.alloc(0)
        let flushed = model
        for (const todo of steps) {
          if (todo === 'flush') {
            await file.flush()
            flushed = model
          } else if ('write' in todo) {
            const bytes = Buffer.alloc(todo.write, todo.fill)
            await file.write([bytes], todo.at)
            if (bytes.length > 0) {
              const grown = Buffer.alloc(Math.max(model.length, todo.at + bytes.length))
              model.copy(grown)
              bytes.copy(grown, todo.at)
              model = grown
            }
          } else {
            await file.truncate(todo.truncate)
            const cut = Buffer.alloc(todo.truncate)
            model.copy(cut, 0, 0, Math.min(model.length, todo.truncate))
            model = cut
          }
        }
        expect((await disk.readFile('/data/a', 1 << 20)).equals(model)).toBe(true)
        expect((await disk.crash().readFile('/data/a', 1 << 20)).equals(flushed)).toBe(true)
      }),
    )
  })
})

describe('faults of the memory disk', () => {
  it('fails the n-th operation that matches, once', async () => {
    const { disk, file } = await diskWithFile('')
    disk.failOn({ operation: 'flush', nth: 2, code: 'EIO', pathContains: '/a' })
    await file.flush()
    await expect(file.flush()).rejects.toMatchObject({ code: 'EIO', path: '/data/a' })
    await file.flush()
  })

  it('fails all later operations, too, until the fault is taken back', async () => {
    const { disk, file } = await diskWithFile('')
    const heal = disk.failOn({ operation: 'write', nth: 1, code: 'EROFS', forever: true })
    await expect(file.write([Buffer.from('x')], 0)).rejects.toMatchObject({ code: 'EROFS' })
    await expect(file.write([Buffer.from('x')], 0)).rejects.toMatchObject({ code: 'EROFS' })
    heal()
    await file.write([Buffer.from('x')], 0)
  })

  it('leaves the first part of a failed write', async () => {
    const { disk, file } = await diskWithFile('')
    disk.failOn({ operation: 'write', nth: 1, code: 'EIO', writtenBytes: 4 })
    await expect(file.write([Buffer.from('abc'), Buffer.from('def')], 0)).rejects.toThrow('EIO')
    expect(await contentOf(disk, '/data/a')).toBe('abcd')
  })

  it('does not make bytes stable by a flush that failed', async () => {
    const { disk, file } = await diskWithFile('old')
    disk.failOn({ operation: 'flush', nth: 1, code: 'EIO' })
    await file.write([Buffer.from('new')], 0)
    await expect(file.flush()).rejects.toThrow('EIO')
    expect(await contentOf(disk.crash(), '/data/a')).toBe('old')
  })

  it('is full at its capacity and takes writes again when something is removed', async () => {
    const disk = new MemoryDisk({ capacityBytes: 10 })
    const first = await disk.open('/a', 'create')
    const second = await disk.open('/b', 'create')
    await first.write([Buffer.alloc(6)], 0)
    await expect(second.write([Buffer.alloc(6, 1)], 0)).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(await second.sizeBytes()).toBe(4)
    await first.write([Buffer.alloc(6)], 0)
    await disk.removeFile('/a')
    await second.write([Buffer.alloc(6, 1)], 0)
    expect(await disk.space('/')).toEqual({ totalBytes: 10, usableBytes: 4 })
  })

  it('waits before an operation as told', async () => {
    const seen: string[] = []
    const disk = new MemoryDisk({ before: (operation, path) => void seen.push(`${operation} ${path}`) })
    const file = await disk.open('/a', 'create')
    await file.write([Buffer.from('x')], 0)
    await file.flush()
    expect(seen).toEqual(['open /a', 'write /a', 'flush /a'])
  })

  it('copies itself into a disk of its own', async () => {
    const { disk, file } = await diskWithFile('one')
    const copy = disk.copy()
    await file.write([Buffer.from('two')], 0)
    expect(await contentOf(copy, '/data/a')).toBe('one')
    expect(await contentOf(copy.crash(), '/data/a')).toBe('one')
  })
})

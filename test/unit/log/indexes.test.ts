import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { FileHandles } from '../../../src/log/file-handles.ts'
import { CorruptIndexError } from '../../../src/log/index-file.ts'
import { OffsetIndex } from '../../../src/log/offset-index.ts'
import { TimeIndex } from '../../../src/log/time-index.ts'
import { type AbortedTransactionEntry, TransactionIndex } from '../../../src/log/transaction-index.ts'
import { append, batchOf, LogFixture, settle } from './log-fixture.ts'

let disk: MemoryDisk
let handles: FileHandles

beforeEach(() => {
  disk = new MemoryDisk()
  handles = new FileHandles({ disk, maxOpen: 2 })
})

const at = (path: string) => ({ handles, path: () => path })
const offsetIndex = (isNew = true) => new OffsetIndex(at('/i'), { baseOffset: 100, isNew })
const timeIndex = (isNew = true) => new TimeIndex(at('/t'), { baseOffset: 100, isNew })
const bytesOf = async (path: string) => (await disk.readFile(path, 1_000_000)).toString('hex')

describe('an offset index', () => {
  it('finds the last entry at or before an offset, in the file and in memory', async () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 1500 })
    await fc.assert(
      fc.asyncProperty(gaps, fc.nat(1500), async (all, written) => {
        const index = offsetIndex()
        const entries: { offset: number; position: number }[] = []
        let offset = 100
        for (const [at, gap] of all.entries()) {
          if (at === written) await index.file.write()
          offset += gap
          entries.push({ offset, position: (at + 1) * 10 })
          index.append({ offset, position: (at + 1) * 10 })
        }
        for (let wanted = 99; wanted <= offset + 1; wanted += 1 + Math.floor(all.length / 20)) {
          expect(await index.lookup(wanted)).toEqual(entries.findLast(entry => entry.offset <= wanted))
        }
        expect(index.last).toEqual(entries.at(-1))
      }),
      { numRuns: 30 },
    )
  })

  it('drops the entries at and behind an offset, wherever they are', async () => {
    for (const written of [0, 3, 6]) {
      for (const offset of [100, 110, 125, 130, 160, 999]) {
        const index = offsetIndex()
        for (let count = 1; count <= 6; count++) {
          index.append({ offset: 100 + count * 10, position: count })
          if (count === written) await index.file.write()
        }
        await index.truncateTo(offset)
        const kept = [110, 120, 130, 140, 150, 160].filter(entry => entry < offset)
        expect(index.entries).toBe(kept.length)
        expect(index.last?.offset).toBe(kept.at(-1))
        index.append({ offset: 5_000, position: 77 })
        await index.file.write()
        const again = offsetIndex(false)
        await again.open()
        expect([again.entries, again.last]).toEqual([kept.length + 1, { offset: 5_000, position: 77 }])
      }
    }
  })

  it('is Kafka’s file', async () => {
    const index = offsetIndex()
    index.append({ offset: 105, position: 4100 })
    index.append({ offset: 300, position: 9000 })
    await index.file.write()
    expect(await bytesOf('/i')).toBe('0000000500001004' + '000000c800002328')
  })

  it('is refused when it is cut short or ends with zeros', async () => {
    await disk.replaceFile('/i', Buffer.from('00000005000010', 'hex'))
    await expect(offsetIndex(false).open()).rejects.toThrow(CorruptIndexError)
    await disk.replaceFile('/i', Buffer.from('00000005000010040000000000000000', 'hex'))
    await expect(offsetIndex(false).open()).rejects.toThrow(CorruptIndexError)
  })

  it('has an entry for the first batch behind every interval', async () => {
    const fixture = await LogFixture.open({ config: { indexIntervalBytes: 250 } })
    const sizes: number[] = []
    for (let count = 0; count < 50; count++) {
      const batch = batchOf({ valueBytes: 1 + ((count * 53) % 300), timestamp: 1_000 - (count % 3) })
      sizes.push(batch.length)
      append(fixture.log, batch)
    }
    await settle()
    await fixture.manager.close({ brokerEpoch: 1 })
    const expected: number[] = []
    let position = 0
    let since = 0
    for (const [offset, sizeBytes] of sizes.entries()) {
      if (since > 250) {
        expected.push(offset, position)
        since = 0
      }
      since += sizeBytes
      position += sizeBytes
    }
    const bytes = await fixture.disk.readFile('/data/topic-0/00000000000000000000.index', 10_000)
    expect(Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readInt32BE(at * 4))).toEqual(expected)
  })
})

describe('a time index', () => {
  it('has an entry only where the timestamp has risen', async () => {
    const index = timeIndex()
    index.maybeAppend({ timestamp: 50n, offset: 101 })
    index.maybeAppend({ timestamp: 50n, offset: 102 })
    index.maybeAppend({ timestamp: 40n, offset: 103 })
    index.maybeAppend({ timestamp: 60n, offset: 104 })
    await index.file.write()
    expect(await bytesOf('/t')).toBe('0000000000000032' + '00000001' + '000000000000003c' + '00000004')
    const again = timeIndex(false)
    expect(await again.lookup(49n)).toBe(undefined)
    expect(await again.lookup(59n)).toEqual({ timestamp: 50n, offset: 101 })
    expect(await again.lookup(2n ** 63n - 1n)).toEqual({ timestamp: 60n, offset: 104 })
    await again.truncateTo(104)
    expect(again.last).toEqual({ timestamp: 50n, offset: 101 })
  })

  it('keeps a place for the entry that closes the segment', () => {
    const index = timeIndex()
    for (let count = 0; count < 9; count++)
      index.maybeAppend({ timestamp: BigInt(count), offset: 100 + count })
    expect(index.isFull(131)).toBe(true)
    expect(index.isFull(132)).toBe(false)
  })
})

describe('a transaction index', () => {
  const entry = (
    firstOffset: number,
    lastOffset: number,
    lastStableOffset: number,
  ): AbortedTransactionEntry => ({
    producerId: 7,
    firstOffset,
    lastOffset,
    lastStableOffset,
  })

  it('is no file until there is an entry, and then Kafka’s', async () => {
    const index = new TransactionIndex(at('/x'), { isNew: true })
    expect(index.isEmpty).toBe(true)
    index.append(entry(1, 2, 3))
    await index.file.write()
    expect(await bytesOf('/x')).toBe(
      '0000' + '0000000000000007' + '0000000000000001' + '0000000000000002' + '0000000000000003',
    )
  })

  it('finds what overlaps a range, and says when no later segment can hold more', async () => {
    const index = new TransactionIndex(at('/x'), { isNew: true })
    for (const [first, last, stable] of [
      [0, 10, 5],
      [5, 20, 15],
      [15, 30, 31],
    ] as const) {
      index.append(entry(first, last, stable))
      if (first === 0) await index.file.write()
    }
    const collect = async (startOffset: number, endOffset: number) => {
      const found: AbortedTransactionEntry[] = []
      const isComplete = await index.collect({ startOffset, endOffset }, found)
      return [found.map(({ firstOffset }) => firstOffset), isComplete]
    }
    expect(await collect(0, 5)).toEqual([[0], true])
    expect(await collect(11, 15)).toEqual([[5], true])
    expect(await collect(0, 40)).toEqual([[0, 5, 15], false])
    expect(await collect(31, 32)).toEqual([[], false])
    await index.truncateTo(20)
    expect(await collect(0, 40)).toEqual([[0], false])
  })

  it('is refused when it is of another version', async () => {
    await disk.replaceFile('/x', Buffer.alloc(34, 1))
    const index = new TransactionIndex(at('/x'), { isNew: false })
    await expect(index.collect({ startOffset: 0, endOffset: 1 }, [])).rejects.toThrow(CorruptIndexError)
  })
})

describe('file handles', () => {
  const touch = (path: string) =>
    handles.use(path, { create: true }, file => file.write([Buffer.from('x')], 0))

  it('stay open for the next use, but no more of them than allowed', async () => {
    for (const path of ['/a', '/b', '/c', '/a']) await touch(path)
    expect(handles.openCount).toBe(2)
  })

  it('are not closed while they are used, even beyond what is allowed', async () => {
    const path = (index: number) => `/f${index}`
    await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        handles.use(path(index), { create: true }, async file => {
          await settle()
          await file.write([Buffer.from('x')], 0)
        }),
      ),
    )
    expect(handles.openCount).toBe(2)
  })

  it('are closed only when their users are done', async () => {
    const order: string[] = []
    const using = handles.use('/a', { create: true }, async file => {
      await settle()
      await file.write([Buffer.from('x')], 0)
      order.push('used')
    })
    await Promise.resolve()
    await handles.close('/a').then(() => order.push('closed'))
    await using
    expect(order).toEqual(['used', 'closed'])
  })

  it('that could not be opened are tried again', async () => {
    await expect(handles.use('/n', { create: false }, async () => {})).rejects.toThrow('ENOENT')
    await touch('/n')
    expect(await handles.use('/n', { create: false }, file => file.sizeBytes())).toBe(1)
  })
})

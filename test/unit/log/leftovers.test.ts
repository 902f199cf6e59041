import { describe, expect, it } from 'vitest'
import type { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { segmentFileName } from '../../../src/log/segment-file-name.ts'
import { append, batchOf, LogFixture, readAll } from './log-fixture.ts'

const DIRECTORY = '/data/topic-0'
const config = { segmentBytes: 400 }

/** A log of segments with two batches each, stopped cleanly. */
async function stopped(batches: number): Promise<MemoryDisk> {
  const fixture = await LogFixture.open({ config })
  for (let index = 0; index < batches; index++) append(fixture.log, batchOf({ valueBytes: 100 }))
  await fixture.manager.close({ brokerEpoch: 1 })
  return fixture.disk
}

const put = (disk: MemoryDisk, name: string, bytes: Buffer = Buffer.from('x')) =>
  disk.replaceFile(`${DIRECTORY}/${name}`, bytes)
const namesIn = (disk: MemoryDisk) =>
  disk
    .files()
    .filter(path => path.startsWith(DIRECTORY))
    .map(path => path.slice(DIRECTORY.length + 1))

describe('what a stop has left over in a partition’s directory', () => {
  it('is removed where it was to be deleted, was not finished, or has no log', async () => {
    const disk = await stopped(4)
    const before = namesIn(disk)
    await put(disk, '00000000000000000000.log.deleted')
    await put(disk, '00000000000000000000.index.cleaned')
    await put(disk, '00000000000000000002.log.swap')
    await put(disk, '00000000000000000099.index')
    await put(disk, '00000000000000000099.txnindex')
    await put(disk, 'leader-epoch-checkpoint.1.tmp')
    const { log } = await LogFixture.open({ disk, config })
    expect(namesIn(disk)).toEqual(before)
    expect(await readAll(log)).toHaveLength(4)
  })

  it('is completed where segments were about to be replaced', async () => {
    const disk = await stopped(8)
    const fixture = await LogFixture.open({ disk, config })
    const batches = await readAll(fixture.log)
    const bases = namesIn(disk).filter(name => name.endsWith('.log'))
    expect(bases.length).toBeGreaterThan(3)
    await fixture.manager.close({ brokerEpoch: 1 })
    // The cleaner has put the first and the fourth batch of the first two segments into one.
    const merged = Buffer.concat([batches[0]!.bytes, batches[3]!.bytes])
    await put(disk, '00000000000000000000.log.swap', merged)
    await put(disk, '00000000000000000000.index.swap', Buffer.alloc(0))
    await put(disk, '00000000000000000000.timeindex.swap', Buffer.alloc(0))
    const { log } = await LogFixture.open({ disk, config })
    expect((await readAll(log)).map(batch => batch.baseOffset)).toEqual([0, 3, 4, 5, 6, 7])
    expect(namesIn(disk).some(name => name.endsWith('.swap'))).toBe(false)
    expect(namesIn(disk)).not.toContain(bases[1])
    const read = log.read({ offset: 1, maxBytes: 1, minOneMessage: true, endOffset: 8 })
    if (read.from !== 'file') throw new Error('not in the file')
    expect((await read.load()).nextOffset).toBe(4)
  })

  it('does not bring a log to its end where all of its segments are gone', async () => {
    const disk = await stopped(4)
    for (const name of namesIn(disk)) if (/^\d/.test(name)) await disk.removeFile(`${DIRECTORY}/${name}`)
    const { log } = await LogFixture.open({ disk, config })
    expect([log.logStartOffset, log.logEndOffset]).toEqual([0, 0])
    expect(log.latestEpoch).toBe(undefined)
    expect(append(log, batchOf())).toMatchObject({ baseOffset: 0 })
  })

  it('begins at the log start offset where the log ends before it', async () => {
    const disk = await stopped(4)
    await disk.replaceFile('/data/log-start-offset-checkpoint', Buffer.from('0\n1\ntopic 0 9\n'))
    const { log } = await LogFixture.open({ disk, config })
    expect([log.logStartOffset, log.logEndOffset]).toEqual([9, 9])
    expect(append(log, batchOf())).toMatchObject({ baseOffset: 9 })
    await log.flush()
    expect(namesIn(disk)).toContain(segmentFileName(9, '.log'))
  })
})

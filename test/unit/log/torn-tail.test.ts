import { beforeAll, describe, expect, it } from 'vitest'
import type { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import { append, batchOf, LOG_DIR, LogFixture, type ReadBatch, readAll, splitBatches } from './log-fixture.ts'

const TAIL_BYTES = 4096
const config = { segmentBytes: 6200, indexIntervalBytes: 500 }

let disk: MemoryDisk
let before: ReadBatch[]
let lastSegment: { path: string; bytes: Buffer; batches: ReadBatch[] }

/** Two segments, the last one of more than 4 KiB, stopped uncleanly with everything on disk. */
beforeAll(async () => {
  const fixture = await LogFixture.open({ config })
  for (let index = 0; index < 80; index++) {
    const producer = { producerId: 9, producerEpoch: 0, baseSequence: index - 1 }
    append(
      fixture.log,
      batchOf({ count: 2, valueBytes: 1 + ((index * 37) % 130), ...(index % 2 === 0 ? {} : producer) }),
    )
  }
  await fixture.log.flush()
  // The recovery point is checkpointed: the segments before the last one are not looked at again.
  await fixture.clock.advanceAndSettle(60_000)
  disk = fixture.disk.copy()
  before = await readAll(fixture.log, { maxBytes: 1_000_000 })
  const path = disk.files().findLast(name => name.endsWith('.log')) as string
  const bytes = await disk.readFile(path, 1_000_000)
  lastSegment = { path, bytes, batches: splitBatches(bytes) }
  expect(bytes.length).toBeGreaterThan(TAIL_BYTES)
})

/** The batches of the last segment that the damage has left as they were, up to the first that it has not. */
function intactBatches(damaged: Buffer): ReadBatch[] {
  const intact: ReadBatch[] = []
  let at = 0
  for (const batch of lastSegment.batches) {
    if (!damaged.subarray(at, at + batch.bytes.length).equals(batch.bytes)) break
    intact.push(batch)
    at += batch.bytes.length
  }
  return intact
}

async function checkStart(damaged: Buffer): Promise<void> {
  const copy = disk.copy()
  const file = await copy.open(lastSegment.path, 'read-write')
  await file.truncate(0)
  await file.write([damaged], 0)
  await file.close()
  const fixture = await LogFixture.open({ config, disk: copy })
  const intact = intactBatches(damaged)
  const first = lastSegment.batches[0] as ReadBatch
  const nextOffset = (intact.at(-1)?.lastOffset ?? first.baseOffset - 1) + 1
  expect(fixture.log.logEndOffset).toBe(nextOffset)
  expect(append(fixture.log, batchOf())).toMatchObject({ outcome: 'appended', baseOffset: nextOffset })
  const read = await readAll(fixture.log, { maxBytes: 1_000_000 })
  expect(read.length).toBe(before.length - lastSegment.batches.length + intact.length + 1)
  const kept = Buffer.concat(read.slice(0, -1).map(batch => batch.bytes))
  expect(kept.equals(Buffer.concat(before.slice(0, read.length - 1).map(batch => batch.bytes)))).toBe(true)
}

/** Damages the last segment from every byte of its last 4 KiB on. */
async function checkEveryByte(damage: (bytes: Buffer, from: number) => Buffer): Promise<void> {
  const { bytes } = lastSegment
  for (let from = bytes.length - TAIL_BYTES; from < bytes.length; from++)
    await checkStart(damage(bytes, from))
}

describe('a log whose last segment was damaged serves its longest valid prefix, and the next offset follows', () => {
  it('when the end is cut off at any byte', { timeout: 120_000 }, () =>
    checkEveryByte((bytes, from) => bytes.subarray(0, from)),
  )

  it('when the end is zeros from any byte on', { timeout: 120_000 }, () =>
    checkEveryByte((bytes, from) =>
      Buffer.concat([bytes.subarray(0, from), Buffer.alloc(bytes.length - from)]),
    ),
  )

  it('when the end is noise from any byte on', { timeout: 120_000 }, () => {
    const random = new SeededRandom(3)
    return checkEveryByte((bytes, from) =>
      Buffer.concat([bytes.subarray(0, from), random.bytes(bytes.length - from)]),
    )
  })

  it('when the segment has lost everything', () => checkStart(Buffer.alloc(0)))

  it('when a bit in the middle has turned', async () => {
    const { bytes } = lastSegment
    for (let from = 0; from < bytes.length; from += 61) {
      const damaged = Buffer.from(bytes)
      damaged[from] = (damaged[from] as number) ^ 0x10
      // Base offset and leader epoch are outside of the checksum; a change of theirs may pass unseen.
      const at = lastSegment.batches.reduce(
        (position, batch) =>
          position + batch.bytes.length <= from ? position + batch.bytes.length : position,
        0,
      )
      if (from - at >= 16) await checkStart(damaged)
    }
  })
})

describe('a log whose files beside the data were damaged', () => {
  const side = ['.index', '.timeindex', '.snapshot', 'leader-epoch-checkpoint', 'offset-checkpoint']

  async function checkDamage(clean: MemoryDisk, path: string, damage: (bytes: Buffer) => Buffer | undefined) {
    const copy = clean.copy()
    const bytes = damage(await copy.readFile(path, 1_000_000))
    if (bytes === undefined) await copy.removeFile(path)
    else await copy.replaceFile(path, bytes)
    const fixture = await LogFixture.open({ config, disk: copy })
    const { log } = fixture
    expect(log.logEndOffset).toBe(160)
    for (let offset = 0; offset < 160; offset += 7) {
      const read = log.read({ offset, maxBytes: 1, minOneMessage: true, endOffset: 160 })
      if (read.from !== 'file') throw new Error('nothing is in memory yet')
      const { buffers } = await read.load()
      const [batch] = splitBatches(Buffer.concat(buffers))
      expect([batch?.baseOffset, batch?.lastOffset]).toEqual([
        offset - (offset % 2),
        offset - (offset % 2) + 1,
      ])
    }
    expect(log.endOffsetForEpoch(0)).toEqual({ leaderEpoch: 0, endOffset: 160 })
    // A time index that looks whole is believed, as in Kafka.
    if (!path.endsWith('.timeindex')) expect((await log.offsetForTimestamp(1_000n))?.offset).toBe(0)
    const again = batchOf({ count: 2, producerId: 9, producerEpoch: 0, baseSequence: 78 })
    expect(append(log, again)).toMatchObject({ outcome: 'duplicate', baseOffset: 158 })
    expect(append(log, batchOf())).toMatchObject({ baseOffset: 160 })
  }

  it('finds timestamps without a time index', async () => {
    for (const path of disk.files().filter(name => name.endsWith('.timeindex'))) {
      for (const damaged of [undefined, Buffer.alloc(0), Buffer.alloc(7)]) {
        const copy = disk.copy()
        if (damaged === undefined) await copy.removeFile(path)
        else await copy.replaceFile(path, damaged)
        const { log } = await LogFixture.open({ config, disk: copy })
        expect((await log.offsetForTimestamp(1_000n))?.offset).toBe(0)
        expect((await log.offsetOfMaxTimestamp())?.offset).toBe(0)
        expect(await log.offsetForTimestamp(1_001n)).toBe(undefined)
      }
    }
  })

  it('serves the same, after a clean stop as after a kill', { timeout: 120_000 }, async () => {
    const stopped = await LogFixture.open({ config, disk: disk.copy() })
    await stopped.manager.close({ brokerEpoch: 1 })
    for (const state of [disk, stopped.disk]) {
      const paths = state.files().filter(path => side.some(suffix => path.endsWith(suffix)))
      expect(paths.length).toBeGreaterThan(5)
      for (const path of paths) {
        const { length } = await state.readFile(path, 1_000_000)
        await checkDamage(state, path, () => undefined)
        await checkDamage(state, path, () => Buffer.alloc(0))
        for (let at = 0; at < length; at += 3) {
          await checkDamage(state, path, bytes => bytes.subarray(0, at))
          await checkDamage(state, path, bytes => {
            const damaged = Buffer.from(bytes)
            damaged[at] = (damaged[at] as number) ^ 0x04
            return damaged
          })
        }
      }
    }
    expect(stopped.disk.files()).toContain(`${LOG_DIR}/.kafka_cleanshutdown`)
  })
})

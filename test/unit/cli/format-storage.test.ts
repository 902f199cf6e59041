import { beforeEach, describe, expect, test } from 'vitest'
import { ensureFormatted, formatStorage, storageState } from '../../../src/cli/format-storage.ts'
import { SILENT_LOGGER } from '../../../src/cli/silent-logger.ts'
import { UserError } from '../../../src/cli/user-error.ts'
import { ManualClock } from '../../../src/io/manual-clock.ts'
import { MemoryDisk } from '../../../src/io/memory-disk.ts'
import { NodeCompute } from '../../../src/io/node-compute.ts'
import { NodeNetwork } from '../../../src/io/node-network.ts'
import { SeededRandom } from '../../../src/io/seeded-random.ts'
import type { World } from '../../../src/io/world.ts'
import { load } from '../config/minimal-texts.ts'

const CLUSTER = 'b3R0bGEtb3JhY2xlLTAwMQ'

describe('formatting data directories', () => {
  let world: World

  beforeEach(() => {
    world = {
      clock: new ManualClock(),
      compute: new NodeCompute(),
      disk: new MemoryDisk(),
      logger: SILENT_LOGGER,
      network: new NodeNetwork(),
      random: new SeededRandom(1),
    }
  })

  const names = async (directory: string) => (await world.disk.list(directory)).map(({ name }) => name).sort()

  test('a fresh node that stands alone is formatted by its start, and left alone by the next', async () => {
    const config = load({ 'log.dirs': '/a,/b', 'metadata.log.dir': '/m' })
    const lines = await ensureFormatted(config, { world, clusterId: undefined })
    expect(lines).toEqual([
      'Formatting data directory /a with metadata.version 4.3-IV0.',
      'Formatting data directory /b with metadata.version 4.3-IV0.',
      'Formatting dynamic metadata voter directory /m with metadata.version 4.3-IV0.',
    ])
    expect(await names('/a')).toEqual(['meta.properties'])
    expect(await names('/m')).toEqual(['__cluster_metadata-0', 'bootstrap.checkpoint', 'meta.properties'])
    const { formatted } = await storageState(config, { world, clusterId: undefined })
    expect(new Set(formatted.map(({ metaProperties }) => metaProperties.clusterId)).size).toBe(1)
    expect(new Set(formatted.map(({ metaProperties }) => metaProperties.directoryId)).size).toBe(3)
    expect(await ensureFormatted(config, { world, clusterId: undefined })).toEqual([])
  })

  test('a voter that the configuration names is not written to the log', async () => {
    const config = load({
      'log.dirs': '/a',
      'controller.quorum.bootstrap.servers': undefined,
      'controller.quorum.voters': '1@127.0.0.1:9093',
    })
    expect(await ensureFormatted(config, { world, clusterId: CLUSTER })).toEqual([
      'Formatting metadata directory /a with metadata.version 4.3-IV0.',
    ])
    expect(await names('/a')).toEqual(['bootstrap.checkpoint', 'meta.properties'])
  })

  test('a new directory of a formatted node joins its cluster', async () => {
    await ensureFormatted(load({ 'log.dirs': '/a' }), { world, clusterId: CLUSTER })
    const config = load({ 'log.dirs': '/a,/b' })
    expect(await ensureFormatted(config, { world, clusterId: undefined })).toEqual([
      'Formatting data directory /b with metadata.version 4.3-IV0.',
    ])
    const { formatted } = await storageState(config, { world, clusterId: undefined })
    expect(formatted.map(({ metaProperties }) => metaProperties.clusterId)).toEqual([CLUSTER, CLUSTER])
  })

  test('a node whose metadata has gone is not made a new cluster', async () => {
    await ensureFormatted(load({ 'log.dirs': '/a' }), { world, clusterId: CLUSTER })
    const config = load({ 'log.dirs': '/b,/a' })
    await expect(ensureFormatted(config, { world, clusterId: undefined })).rejects.toThrow(
      '/b holds no metadata though /a is formatted',
    )
  })

  test('an empty disk is not formatted where the configuration names another controller', async () => {
    const config = load({ 'controller.quorum.bootstrap.servers': '127.0.0.1:9093,other.machine:9093' })
    const formatting = ensureFormatted(config, { world, clusterId: undefined })
    await expect(formatting).rejects.toThrow(UserError)
    await expect(formatting).rejects.toThrow('run kafka-storage.sh format')
  })

  test.each(['localhost:9093', '[::1]:9093', 'this.machine:9093'])(
    'a node that finds itself as %s stands alone',
    async server => {
      const config = load({
        listeners: 'PLAINTEXT://:9092,CONTROLLER://:9093',
        'controller.quorum.bootstrap.servers': server,
      })
      expect(await ensureFormatted(config, { world, clusterId: undefined })).toHaveLength(1)
    },
  )

  test('the directory of another cluster or of another node is refused', async () => {
    await ensureFormatted(load({ 'log.dirs': '/a' }), { world, clusterId: CLUSTER })
    await expect(
      ensureFormatted(load({ 'log.dirs': '/a' }), { world, clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ' }),
    ).rejects.toThrow(`/a belongs to the cluster ${CLUSTER}, not to AAAAAAAAAAAAAAAAAAAAAQ`)
    await expect(
      ensureFormatted(load({ 'log.dirs': '/a', 'node.id': '2' }), { world, clusterId: undefined }),
    ).rejects.toThrow('/a belongs to node 1 of its cluster, but node.id is 2')
    await ensureFormatted(load({ 'log.dirs': '/other' }), { world, clusterId: 'AAAAAAAAAAAAAAAAAAAAAQ' })
    await expect(
      ensureFormatted(load({ 'log.dirs': '/a,/other' }), { world, clusterId: undefined }),
    ).rejects.toThrow(`/other belongs to the cluster AAAAAAAAAAAAAAAAAAAAAQ, not to ${CLUSTER}`)
  })

  test('an older level of metadata.version brings fewer features', async () => {
    const config = load({ 'log.dirs': '/a' })
    const state = await storageState(config, { world, clusterId: undefined })
    const [line] = await formatStorage(config, {
      world,
      state,
      request: { clusterId: CLUSTER, metadataVersion: 21, standalone: true },
    })
    expect(line).toContain('3.9-IV0')
    const older = await world.disk.readFile('/a/bootstrap.checkpoint', 10_000)
    expect(older.includes('metadata.version')).toBe(true)
    expect(older.includes('group.version')).toBe(false)
  })
})

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NodeClock } from '../../../src/io/node-clock.ts'
import { NodeCompute } from '../../../src/io/node-compute.ts'
import { NodeDisk } from '../../../src/io/node-disk.ts'
import { NodeRandom } from '../../../src/io/node-random.ts'
import type { World } from '../../../src/io/world.ts'
import { metadataVersionName } from '../../../src/metadata/metadata-version.ts'
import { type Broker, ORACLE_CLUSTER_ID, oracleJars, startBroker } from '../../harness/broker.ts'
import { freePort } from '../../harness/free-port.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { removeFolder, temporaryFolder } from '../../harness/temporary-folder.ts'
import { startToolRunner, type ToolRunner } from '../../harness/tool-runner.ts'
import { CLUSTER_ID, formatDirectory, QuorumNode } from '../../unit/raft/quorum-node.ts'
import { SilentLogger } from '../../unit/support/silent-logger.ts'

const METADATA_LOG = '__cluster_metadata-0'
const FIRST_SNAPSHOT = '00000000000000000000-0000000000.checkpoint'

function realWorld(): World {
  return {
    clock: new NodeClock(),
    compute: new NodeCompute(),
    disk: new NodeDisk(),
    random: new NodeRandom(),
    logger: new SilentLogger(),
  } as unknown as World
}

describeWithTools(['java', 'javac', 'mvn'], 'the metadata log and Apache Kafka', () => {
  let tools: ToolRunner
  const folders: string[] = []
  const folder = (name: string) => {
    const made = temporaryFolder(name)
    folders.push(made)
    return made
  }

  beforeAll(async () => {
    tools = await startToolRunner(await oracleJars())
  })
  afterAll(async () => {
    await tools.stop()
    for (const folder of folders) removeFolder(folder)
  })

  const run = async (mainClass: string, ...args: string[]) => {
    const { code, stdout, stderr } = await tools.run({ mainClass, args })
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return stdout
  }

  const dump = (path: string) =>
    run('org.apache.kafka.tools.DumpLogSegments', '--cluster-metadata-decoder', '--files', path)

  /** What a dump says, without what is drawn or measured anew each time. */
  const comparable = (text: string) =>
    text
      .split('\n')
      .filter(line => !line.startsWith('Dumping'))
      .map(line =>
        line
          .replaceAll(/CreateTime: \d+/g, 'CreateTime: T')
          .replaceAll(/crc: \d+/g, 'crc: C')
          .replaceAll(/"lastContainedLogTimestamp":\d{5,}/g, '"lastContainedLogTimestamp":T')
          .replaceAll(/"port":\d+/g, '"port":P')
          .replaceAll(/"voterDirectoryId":"[^"]+"/g, '"voterDirectoryId":"D"'),
      )

  const topicsOf = async ({ bootstrapServers }: Broker) => {
    const args = ['--bootstrap-server', bootstrapServers]
    const listed = await run('org.apache.kafka.tools.TopicCommand', ...args, '--list')
    return listed
      .split('\n')
      .filter(line => line !== '')
      .sort()
  }

  async function prepared(quorum: 'static' | 'dynamic' = 'dynamic') {
    const ports = { broker: await freePort(), controller: await freePort() }
    const directory = folder('metadata')
    const options = {
      world: realWorld(),
      directory,
      quorum,
      controllerPort: ports.controller,
      brokerPort: ports.broker,
    }
    const startApache = () =>
      startBroker({ implementation: 'apache', quorum, dataDirectory: directory, ports })
    return { directory, options, startApache }
  }

  test('a directory that we format is what StorageTool formats', async () => {
    const ours = await prepared()
    await formatDirectory(ours.options)
    const theirs = await prepared()
    const apache = await theirs.startApache()
    await apache.stop()
    for (const file of ['bootstrap.checkpoint', join(METADATA_LOG, FIRST_SNAPSHOT)]) {
      const expected = comparable(await dump(join(theirs.directory, file)))
      expect(comparable(await dump(join(ours.directory, file)))).toEqual(expected)
    }
    const keys = (directory: string) =>
      readFileSync(join(directory, 'meta.properties'), 'utf8')
        .split('\n')
        .filter(line => line.includes('='))
        .map(line => line.slice(0, line.indexOf('=')))
        .sort()
    expect(keys(ours.directory)).toEqual(keys(theirs.directory))
  })

  test('DumpLogSegments reads our log and our snapshots without a complaint', async () => {
    const { directory, options } = await prepared()
    await formatDirectory(options)
    const node = await QuorumNode.start({ ...options, snapshotLimits: { maxBytesBetween: 3000 } })
    await node.startBroker()
    for (let index = 0; index < 40; index++) await node.createTopic(`topic-${index}`, 2)
    await node.stop()
    const files = readdirSync(join(directory, METADATA_LOG)).filter(name => /\.(log|checkpoint)$/.test(name))
    expect(files.filter(name => name.endsWith('.checkpoint')).length).toBeGreaterThan(1)
    for (const name of files) {
      const text = await dump(join(directory, METADATA_LOG, name))
      expect(text).not.toMatch(/isvalid: false|Could not|Exception|Found/)
      expect(text).toMatch(/baseOffset: 0 /)
    }
    const log = await dump(join(directory, METADATA_LOG, '00000000000000000000.log'))
    const records = [...log.matchAll(/"type":"([A-Z_]+)"/g)].map(match => match[1])
    expect(records.slice(0, 11)).toEqual([
      'BEGIN_TRANSACTION_RECORD',
      ...new Array<string>(6).fill('FEATURE_LEVEL_RECORD'),
      'CONFIG_RECORD',
      'END_TRANSACTION_RECORD',
      'REGISTER_CONTROLLER_RECORD',
      'REGISTER_BROKER_RECORD',
    ])
    expect(records.filter(type => type === 'TOPIC_RECORD')).toHaveLength(40)
    expect(records.filter(type => type === 'PARTITION_RECORD')).toHaveLength(80)
    expect(log).toMatch(/LeaderChange: .*"leaderId":1/)
    expect(log).toMatch(/KRaftVersion .*"kRaftVersion":1/)
    expect(log).toMatch(/KRaftVoters .*"voterId":1/)
  })

  test.each(['dynamic', 'static'] as const)(
    'a %s quorum goes from us to Apache Kafka and back, twice',
    async quorum => {
      const { directory, options, startApache } = await prepared(quorum)
      expect(CLUSTER_ID).toBe(ORACLE_CLUSTER_ID)
      await formatDirectory(options)
      const expected: string[] = []
      for (const round of [1, 2]) {
        const node = await QuorumNode.start(options)
        await node.startBroker()
        expect([...node.image.topics.byName.keys()].sort()).toEqual(expected)
        expect((await node.createTopic(`ours-${round}`, 2)).topics).toMatchObject([{ errorCode: 0 }])
        expected.push(`ours-${round}`)
        await node.stop()
        expect(node.failures).toEqual([])

        const apache = await startApache()
        expect(await topicsOf(apache)).toEqual(expected.sort())
        const at = ['--bootstrap-server', apache.bootstrapServers]
        const topic = ['--topic', `theirs-${round}`, '--partitions', '3', '--config', 'retention.ms=77']
        await run('org.apache.kafka.tools.TopicCommand', ...at, '--create', ...topic)
        expected.push(`theirs-${round}`)
        const described = await run('org.apache.kafka.tools.TopicCommand', ...at, '--describe')
        expect(described).not.toMatch(/Leader: (none|-1)/)
        await apache.stop()
      }
      const last = await QuorumNode.start(options)
      expect([...last.image.topics.byName.keys()].sort()).toEqual(expected.sort())
      expect(last.image.topics.topicByName('theirs-2')?.partitions).toHaveLength(3)
      expect(last.image.configs.topicConfigs('theirs-1').get('retention.ms')).toBe('77')
      expect(last.image.features.metadataVersion).toBe(30)
      await last.stop()
      expect(existsSync(join(directory, METADATA_LOG, FIRST_SNAPSHOT))).toBe(quorum === 'dynamic')
    },
  )

  test('Apache Kafka starts from our snapshot when the log before it is gone', async () => {
    const { directory, options, startApache } = await prepared()
    await formatDirectory(options)
    const node = await QuorumNode.start({
      ...options,
      segmentBytes: 4096,
      snapshotLimits: { maxBytesBetween: 3000, retentionBytes: 0 },
    })
    await node.startBroker()
    for (let index = 0; index < 60; index++) await node.createTopic(`topic-${index}`)
    await node.stop()
    expect(node.log.logStartOffset).toBeGreaterThan(0)
    expect(existsSync(join(directory, METADATA_LOG, FIRST_SNAPSHOT))).toBe(false)
    const apache = await startApache()
    expect(await topicsOf(apache)).toHaveLength(60)
    const at = ['--bootstrap-server', apache.bootstrapServers]
    const status = await run('org.apache.kafka.tools.MetadataQuorumCommand', ...at, 'describe', '--status')
    expect(status).toMatch(/LeaderId:\s+1/)
    await apache.stop()
  })

  test.each([
    ['3.3-IV3', 'static'],
    ['3.6-IV1', 'static'],
    ['3.9-IV0', 'dynamic'],
    ['4.0-IV3', 'dynamic'],
  ] as const)(
    'a directory that Apache Kafka formatted for %s is opened, written and handed back',
    async (release, quorum) => {
      const { directory, options, startApache } = await prepared(quorum)
      const controller = `127.0.0.1:${options.controllerPort}`
      const properties = join(folder('config'), 'format.properties')
      const voters =
        quorum === 'static'
          ? `controller.quorum.voters=1@${controller}`
          : `controller.quorum.bootstrap.servers=${controller}`
      const lines = [
        'process.roles=broker,controller',
        'node.id=1',
        voters,
        `listeners=PLAINTEXT://127.0.0.1:${options.brokerPort},CONTROLLER://${controller}`,
        'controller.listener.names=CONTROLLER',
        'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
        `log.dirs=${directory}`,
      ]
      writeFileSync(properties, lines.join('\n'))
      const format = ['format', '-t', CLUSTER_ID, '-c', properties, '--release-version', release]
      await run('kafka.tools.StorageTool', ...format, ...(quorum === 'dynamic' ? ['--standalone'] : []))

      const node = await QuorumNode.start(options)
      await node.startBroker()
      expect(metadataVersionName(node.image.features.metadataVersion!)).toBe(release)
      await node.createTopic('ours')
      await node.stop()
      const apache = await startApache()
      expect(await topicsOf(apache)).toEqual(['ours'])
      await apache.stop()
      const again = await QuorumNode.start(options)
      await again.startBroker()
      expect(again.image.topics.partition('ours', 0)?.leader).toBe(1)
      await again.stop()
    },
  )

  test('after a kill of Apache Kafka its metadata is ours to go on with', async () => {
    const { options, startApache } = await prepared()
    const apache = await startApache()
    const at = ['--bootstrap-server', apache.bootstrapServers]
    await run('org.apache.kafka.tools.TopicCommand', ...at, '--create', '--topic', 'before-the-kill')
    await apache.kill()
    const node = await QuorumNode.start(options)
    await node.startBroker()
    expect(node.image.topics.partition('before-the-kill', 0)).toMatchObject({ leader: 1, isr: [1] })
    await node.stop()
  })
})

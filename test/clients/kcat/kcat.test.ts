import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { runProcessOrThrow } from '../../harness/process.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { openKafkajs } from '../kafkajs/kafkajs-client.ts'
import { storedCodecs } from '../stored-codecs.ts'
import { roundValues } from '../stories.ts'
import { installKcat } from './install-kcat.ts'
import { type KcatMember, startKcatMember } from './kcat-member.ts'

const WAIT = { timeout: 60_000, interval: 20 }
const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

await installKcat()

describeWithTools(['kcat'], 'kcat', () => {
  let broker: Broker
  beforeAll(async () => {
    broker = await startBroker()
  })
  afterAll(() => broker?.stop())

  const kcat = (args: readonly string[], stdin?: string): Promise<string> =>
    runProcessOrThrow('kcat', ['-b', broker.bootstrapServers, ...args], { stdin })
  const jsonLines = (text: string): unknown[] =>
    text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line))

  test('produces keys, headers and nulls to a topic that the first metadata request makes, and reads them', async () => {
    const topic = 'kcat-first'
    await kcat(['-P', '-t', topic, '-K:', '-Z', '-H', 'name=content', '-H', 'empty='], 'a:1\nb:größe\nc:\n')
    const expected = {
      topic,
      partition: 0,
      broker: 1,
      tstype: 'create',
      headers: ['name', 'content', 'empty', ''],
    }
    expect(jsonLines(await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-q', '-J']))).toMatchObject([
      { ...expected, offset: 0, key: 'a', payload: '1' },
      { ...expected, offset: 1, key: 'b', payload: 'größe' },
      { ...expected, offset: 2, key: 'c', payload: null },
    ])
  })

  test('reads from an offset, from the end and from a time, and asks for offsets', async () => {
    const topic = 'kcat-offsets'
    await kcat(['-P', '-t', topic], 'zero\none\n')
    await new Promise(resolve => setTimeout(resolve, 5))
    const between = Date.now()
    await kcat(['-P', '-t', topic], 'two\nthree\n')
    const read = (...more: string[]) => kcat(['-C', '-t', topic, '-p', '0', '-e', '-q', ...more])
    expect(await read('-o', '1', '-c', '2')).toBe('one\ntwo\n')
    expect(await read('-o', '-1')).toBe('three\n')
    expect(await read('-o', `s@${between}`)).toBe('two\nthree\n')
    const ask = (timestamp: number) => kcat(['-Q', '-t', `${topic}:0:${timestamp}`])
    expect(await ask(-2)).toBe(`${topic} [0] offset 0\n`)
    expect(await ask(-1)).toBe(`${topic} [0] offset 4\n`)
    expect(await ask(between)).toBe(`${topic} [0] offset 2\n`)
  })

  test.each(CODECS)('a file of lines goes through codec %s', async codec => {
    const topic = `kcat-${codec}`
    const lines = Array.from({ length: 2_000 }, (_, i) => `line ${i} of a text that repeats itself\n`).join(
      '',
    )
    await kcat(['-P', '-t', topic, '-z', codec, '-X', 'linger.ms=50'], lines)
    expect(await kcat(['-C', '-t', topic, '-o', 'beginning', '-e', '-q'])).toBe(lines)
    expect(storedCodecs(broker.dataDirectory, topic)).toContain(codec)
  })

  test('lists brokers, topics and partitions', async () => {
    await kcat(['-P', '-t', 'kcat-listed'], 'x\n')
    expect(JSON.parse(await kcat(['-L', '-J', '-t', 'kcat-listed']))).toMatchObject({
      controllerid: 1,
      brokers: [{ id: 1, name: broker.bootstrapServers }],
      topics: [
        {
          topic: 'kcat-listed',
          partitions: [{ partition: 0, leader: 1, replicas: [{ id: 1 }], isrs: [{ id: 1 }] }],
        },
      ],
    })
  })

  test('a group goes on where it stopped', async () => {
    const topic = 'kcat-resumed'
    const read = () => kcat(['-G', 'kcat-readers', '-e', '-q', '-X', 'auto.offset.reset=earliest', topic])
    await kcat(['-P', '-t', topic], 'one\ntwo\n')
    expect(await read()).toBe('one\ntwo\n')
    await kcat(['-P', '-t', topic], 'three\n')
    expect(await read()).toBe('three\n')
  })

  test('two members of a group share the partitions', async () => {
    const topic = 'kcat-group'
    const all = [0, 1, 2, 3]
    const admin = openKafkajs(broker.bootstrapServers).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: all.length }], waitForLeaders: false })
    await vi.waitFor(async () => expect(await admin.fetchTopicOffsets(topic)).toHaveLength(all.length), WAIT)
    await admin.disconnect()
    const round = async (name: string, members: readonly KcatMember[], counts: readonly number[]) => {
      await vi.waitFor(() => expect(members.map(member => member.partitions().length)).toEqual(counts), WAIT)
      for (const partition of all) {
        await kcat(
          ['-P', '-t', topic, '-p', String(partition)],
          `${roundValues(name, [partition]).join('\n')}\n`,
        )
      }
      const received = (): number => members.reduce((sum, member) => sum + member.received(), 0)
      await vi.waitFor(() => expect(received()).toBeGreaterThanOrEqual(roundValues(name, all).length), WAIT)
    }

    const first = await startKcatMember(broker.bootstrapServers, { topic, group: 'kcat-members' })
    await round('alone', [first], [4])
    expect(first.take()).toEqual(roundValues('alone', all))

    const second = await startKcatMember(broker.bootstrapServers, { topic, group: 'kcat-members' })
    await round('shared', [first, second], [2, 2])
    expect([...first.partitions(), ...second.partitions()].sort()).toEqual(all)
    for (const member of [first, second]) {
      expect(member.take()).toEqual(roundValues('shared', member.partitions()))
    }

    expect((await second.stop()).code).toBe(0)
    await round('left', [first], [4])
    expect(first.take()).toEqual(roundValues('left', all))
    expect((await first.stop()).code).toBe(0)
  })
})

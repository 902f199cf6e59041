import { expect } from 'vitest'
import { eventually, lines, type Scenario } from './scenario.ts'

/** The value of a field such as `PartitionCount: 3`, with or without the blank, as the releases print it. */
const field = (text: string, name: string): string | undefined =>
  new RegExp(`\\b${name}: ?([^\\s]*)`).exec(text)?.[1]

export const topicScenarios: readonly Scenario[] = [
  {
    name: 'kafka-topics creates a topic with partitions and configuration, lists it and describes it',
    tools: ['kafka-topics'],
    run: async tools => {
      const topic = tools.name('described')
      await tools.createTopic(topic, '--partitions 3 --replication-factor 1 --config retention.ms=3600000')
      expect(await tools.topics()).toContain(topic)
      const [head = '', ...partitions] = lines(
        await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`),
      )
      expect(field(head, 'Topic')).toBe(topic)
      expect(field(head, 'PartitionCount')).toBe('3')
      expect(field(head, 'ReplicationFactor')).toBe('1')
      expect(field(head, 'Configs')?.split(',')).toContain('retention.ms=3600000')
      expect(partitions.map(line => field(line, 'Partition'))).toEqual(['0', '1', '2'])
      for (const line of partitions) {
        expect([field(line, 'Leader'), field(line, 'Replicas'), field(line, 'Isr')]).toEqual(['1', '1', '1'])
      }
    },
  },
  {
    name: 'kafka-topics prints the id of a topic',
    tools: ['kafka-topics'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('identified'))
      const text = await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`)
      expect(field(text, 'TopicId')).toMatch(/^[\w-]{22}$/)
    },
  },
  {
    name: 'kafka-topics creates a topic with the default number of partitions and replicas',
    tools: ['kafka-topics'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('default'), '')
      const text = await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`)
      expect([field(text, 'PartitionCount'), field(text, 'ReplicationFactor')]).toEqual(['1', '1'])
    },
  },
  {
    name: 'kafka-topics creates a topic from an explicit assignment',
    tools: ['kafka-topics'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('assigned'), '--replica-assignment 1,1')
      const text = await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`)
      expect(field(text, 'PartitionCount')).toBe('2')
    },
  },
  {
    name: 'kafka-topics is refused a topic that exists, and one with more replicas than brokers',
    tools: ['kafka-topics'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('once'))
      const create = `${tools.server} --create --partitions 1`
      expect(await tools.fail('kafka-topics', `${create} --replication-factor 1 --topic ${topic}`)).toMatch(
        /Topic '?[\w-]+'? already exists/,
      )
      const refused = tools.name('refused')
      expect(await tools.fail('kafka-topics', `${create} --replication-factor 2 --topic ${refused}`)).toMatch(
        /Unable to replicate the partition 2 time\(s\)/,
      )
      expect(await tools.topics()).not.toContain(refused)
    },
  },
  {
    name: 'kafka-topics is refused a name that is none',
    tools: ['kafka-topics'],
    run: async tools => {
      const create = `${tools.server} --create --partitions 1 --replication-factor 1`
      const long = 'x'.repeat(250)
      expect(await tools.fail('kafka-topics', `${create} --topic ${long}`)).toMatch(/249/)
    },
  },
  {
    name: 'kafka-topics leaves a topic that exists alone when told so',
    tools: ['kafka-topics'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('kept'))
      await tools.createTopic(topic, '--partitions 7 --replication-factor 1 --if-not-exists')
      const text = await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`)
      expect(field(text, 'PartitionCount')).toBe('1')
    },
  },
  {
    name: 'kafka-topics finds no partition unavailable or under-replicated, and the topics with overrides',
    tools: ['kafka-topics'],
    run: async tools => {
      const plain = await tools.createTopic(tools.name('plain'))
      const overridden = await tools.createTopic(
        tools.name('overridden'),
        '--partitions 1 --replication-factor 1 --config max.message.bytes=65536',
      )
      const describe = `${tools.server} --describe`
      for (const what of ['--under-replicated-partitions', '--unavailable-partitions']) {
        expect(lines(await tools.succeed('kafka-topics', `${describe} ${what}`))).toEqual([])
      }
      const text = await tools.succeed('kafka-topics', `${describe} --topics-with-overrides`)
      const overrides = lines(text).find(line => field(line, 'Topic') === overridden) ?? ''
      expect(field(overrides, 'Configs')?.split(',')).toContain('max.message.bytes=65536')
      const others = lines(text).find(line => field(line, 'Topic') === plain)
      expect(others ?? '').not.toContain('max.message.bytes')
    },
  },
  {
    name: 'kafka-topics adds partitions and is refused to take some away',
    tools: ['kafka-topics'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('grown'), '--partitions 2 --replication-factor 1')
      const alter = `${tools.server} --alter --topic ${topic} --partitions`
      await tools.succeed('kafka-topics', `${alter} 5`)
      await eventually(async () => {
        const text = await tools.succeed('kafka-topics', `${tools.server} --describe --topic ${topic}`)
        expect(field(text, 'PartitionCount')).toBe('5')
        expect(lines(text)).toHaveLength(6)
      })
      expect(await tools.fail('kafka-topics', `${alter} 2`)).toMatch(
        /currently has 5 partition\(s\); 2 would not be an increase/,
      )
    },
  },
  {
    name: 'kafka-topics deletes a topic, which can then be created anew and is empty',
    tools: ['kafka-topics', 'kafka-get-offsets', 'kafka-console-producer'],
    run: async tools => {
      const topic = await tools.createTopic(tools.name('deleted'))
      await tools.produce(topic, ['gone'])
      await tools.succeed('kafka-topics', `${tools.server} --delete --topic ${topic}`)
      await eventually(async () => expect(await tools.topics()).not.toContain(topic))
      await tools.fail('kafka-topics', `${tools.server} --delete --topic ${topic}`)
      await tools.createTopic(topic)
      expect(await tools.offsets(topic)).toEqual({ 0: 0 })
    },
  },
]

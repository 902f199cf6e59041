import { expect } from 'vitest'
import { eventually, lines, type ReleaseTools, type Scenario } from './scenario.ts'

/** The values that `--describe` prints, by key, with what stands behind them. */
const describe = async (tools: ReleaseTools, what: string): Promise<Record<string, string>> => {
  const text = await tools.succeed('kafka-configs', `${tools.server} ${what} --describe`)
  return Object.fromEntries(
    lines(text).flatMap(line => {
      const match = /^ {2}([\w.]+)=(.*?) sensitive=\w+ synonyms=(.*)$/.exec(line)
      return match ? [[match[1] ?? '', `${match[2]} ${match[3]}`]] : []
    }),
  )
}

/** Waits until the values that `--describe` prints are as a look expects them. */
const describeUntil = (
  tools: ReleaseTools,
  what: string,
  look: (values: Record<string, string>) => void,
): Promise<void> => eventually(async () => look(await describe(tools, what)))

const alter = (tools: ReleaseTools, what: string): Promise<string> =>
  tools.succeed('kafka-configs', `${tools.server} ${what} --alter`)

export const configurationScenarios: readonly Scenario[] = [
  {
    name: "kafka-configs changes a topic's configuration and takes the change back",
    tools: ['kafka-topics', 'kafka-configs'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('configured'))
      const entity = `--entity-type topics --entity-name ${topic}`
      await describeUntil(tools, entity, values => {
        expect(values).toEqual({})
      })
      await alter(tools, `${entity} --add-config retention.bytes=1000000,cleanup.policy=[compact,delete]`)
      await describeUntil(tools, entity, values => {
        expect(values).toEqual({
          'cleanup.policy':
            'compact,delete {DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete}',
          'retention.bytes':
            '1000000 {DYNAMIC_TOPIC_CONFIG:retention.bytes=1000000, DEFAULT_CONFIG:log.retention.bytes=-1}',
        })
      })
      await alter(tools, `${entity} --delete-config retention.bytes,cleanup.policy`)
      await describeUntil(tools, entity, values => {
        expect(values).toEqual({})
      })
    },
  },
  {
    name: "kafka-configs prints all of a topic's configuration with its defaults",
    tools: ['kafka-topics', 'kafka-configs'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('defaults'))
      const all = await describe(tools, `--entity-type topics --entity-name ${topic} --all`)
      expect(all).toMatchObject({
        'cleanup.policy': 'delete {DEFAULT_CONFIG:log.cleanup.policy=delete}',
        'compression.type': 'producer {DEFAULT_CONFIG:compression.type=producer}',
        'max.message.bytes': '1048588 {DEFAULT_CONFIG:message.max.bytes=1048588}',
        'message.timestamp.type': 'CreateTime {DEFAULT_CONFIG:log.message.timestamp.type=CreateTime}',
        'retention.bytes': '-1 {DEFAULT_CONFIG:log.retention.bytes=-1}',
        'retention.ms': '604800000 {}',
        'segment.bytes': '1073741824 {DEFAULT_CONFIG:log.segment.bytes=1073741824}',
      })
    },
  },
  {
    name: 'kafka-configs is refused a value of the wrong type, an unknown key and a topic that is not there',
    tools: ['kafka-topics', 'kafka-configs'],
    since: '3.3',
    run: async tools => {
      const topic = await tools.createTopic(tools.name('misconfigured'))
      const change = (name: string, pair: string) =>
        tools.fail(
          'kafka-configs',
          `${tools.server} --entity-type topics --entity-name ${name} --alter --add-config ${pair}`,
        )
      expect(await change(topic, 'retention.ms=soon')).toMatch(
        /Invalid value soon for configuration retention\.ms: Not a number of type LONG/,
      )
      expect(await change(topic, 'no.such.key=1')).toMatch(/Unknown topic config name: no\.such\.key/)
      expect(await change(tools.name('absent'), 'retention.ms=1')).toMatch(/UnknownTopicOrPartition/)
    },
  },
  {
    name: "kafka-configs changes one broker's dynamic configuration and takes the change back",
    tools: ['kafka-configs'],
    run: async tools => {
      const entity = '--entity-type brokers --entity-name 1'
      await alter(tools, `${entity} --add-config log.cleaner.threads=2`)
      await describeUntil(tools, entity, values => {
        expect(values).toMatchObject({
          'log.cleaner.threads':
            '2 {DYNAMIC_BROKER_CONFIG:log.cleaner.threads=2, DEFAULT_CONFIG:log.cleaner.threads=1}',
        })
      })
      await alter(tools, `${entity} --delete-config log.cleaner.threads`)
      await describeUntil(tools, entity, values => {
        expect(values).not.toHaveProperty(['log.cleaner.threads'])
      })
    },
  },
  {
    name: "kafka-configs changes all brokers' dynamic default and takes the change back",
    tools: ['kafka-configs'],
    run: async tools => {
      const entity = '--entity-type brokers --entity-default'
      await alter(tools, `${entity} --add-config log.retention.ms=7200000`)
      await describeUntil(tools, entity, values => {
        expect(values).toMatchObject({
          'log.retention.ms': '7200000 {DYNAMIC_DEFAULT_BROKER_CONFIG:log.retention.ms=7200000}',
        })
      })
      await alter(tools, `${entity} --delete-config log.retention.ms`)
      await describeUntil(tools, entity, values => {
        expect(values).not.toHaveProperty(['log.retention.ms'])
      })
    },
  },
  {
    name: 'kafka-configs is refused to change what is fixed while a broker runs',
    tools: ['kafka-configs'],
    run: async tools => {
      const text = await tools.fail(
        'kafka-configs',
        `${tools.server} --entity-type brokers --entity-name 1 --alter --add-config log.dirs=/elsewhere`,
      )
      expect(text).toMatch(/Cannot update these configs dynamically: \[log\.dirs\]/)
    },
  },
  {
    name: "kafka-configs prints all of a broker's configuration with where it comes from",
    tools: ['kafka-configs'],
    since: '3.3',
    run: async tools => {
      const all = await describe(tools, '--entity-type brokers --entity-name 1 --all')
      const { dataDirectory } = tools.broker
      expect(all).toMatchObject({
        'node.id': '1 {STATIC_BROKER_CONFIG:node.id=1}',
        'process.roles': 'broker,controller {STATIC_BROKER_CONFIG:process.roles=broker,controller}',
        'num.partitions': '1 {DEFAULT_CONFIG:num.partitions=1}',
        'offsets.topic.num.partitions': '50 {DEFAULT_CONFIG:offsets.topic.num.partitions=50}',
        'auto.create.topics.enable': 'true {DEFAULT_CONFIG:auto.create.topics.enable=true}',
      })
      expect(all['log.dirs']).toMatch(`${dataDirectory} {STATIC_BROKER_CONFIG:log.dirs=${dataDirectory}`)
    },
  },
]

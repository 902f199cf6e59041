import { describe, expect, test } from 'vitest'
import { LogLevels, parseLogLevel } from '../../../src/cli/log-levels.ts'
import { formatLogLine } from '../../../src/cli/log-line.ts'
import { type LogFormat, pinoLogger } from '../../../src/cli/pino-logger.ts'

const logging = (format: LogFormat, levels = new LogLevels()) => {
  const lines: string[] = []
  const logger = pinoLogger({ levels, format, destination: { write: line => lines.push(line) } })
  return { lines, logger, levels }
}

describe('levels of loggers', () => {
  test('come from the nearest ancestor that has one', () => {
    const levels = new LogLevels('WARN')
    levels.set('kafka', 'INFO')
    levels.set('kafka.server.KafkaApis', 'TRACE')
    expect(levels.levelOf('kafka.server.KafkaApis')).toBe('TRACE')
    expect(levels.levelOf('kafka.server.ReplicaManager')).toBe('INFO')
    expect(levels.levelOf('kafkaesque')).toBe('WARN')
    levels.set('kafka.server.KafkaApis', undefined)
    expect(levels.levelOf('kafka.server.KafkaApis')).toBe('INFO')
  })

  test('of the root may change but not go away', () => {
    const levels = new LogLevels()
    levels.set('root', 'ERROR')
    levels.set('root', undefined)
    expect([...levels.entries()]).toEqual([['root', 'ERROR']])
  })

  test('are read in any case', () => {
    expect(parseLogLevel(' debug ')).toBe('DEBUG')
    expect(parseLogLevel('loud')).toBeUndefined()
  })
})

describe('a logger', () => {
  test('writes one line in the layout of Apache Kafka', () => {
    const { lines, logger } = logging('text')
    logger.named('kafka.server.KafkaServer').info({}, '[KafkaServer id=1] started')
    expect(lines).toEqual([
      expect.stringMatching(
        /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\] INFO \[KafkaServer id=1\] started \(kafka\.server\.KafkaServer\)\n$/,
      ),
    ])
  })

  test('writes JSON where that is asked for', () => {
    const { lines, logger } = logging('json')
    logger.named('kafka.log.LogManager').warn({ topic: 't', offset: 5n }, 'odd')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'WARN',
      logger: 'kafka.log.LogManager',
      msg: 'odd',
      topic: 't',
      offset: '5',
    })
  })

  test('says what its level allows, and a change of it counts at once', () => {
    const { lines, logger, levels } = logging('text')
    const apis = logger.named('kafka.server.KafkaApis')
    apis.debug({}, 'one')
    levels.set('kafka.server', 'DEBUG')
    apis.debug({}, 'two')
    apis.trace({}, 'three')
    levels.set('kafka.server', 'OFF')
    apis.fatal({}, 'four')
    expect(lines.map(line => /(?:DEBUG|TRACE|FATAL) (\w+)/.exec(line)?.[1])).toEqual(['two'])
  })

  test('shows fields behind the message and an error with its stack', () => {
    const { lines, logger } = logging('text')
    logger.error({ error: new Error('disk on fire'), path: '/a b', count: 3 }, 'cannot write')
    expect(lines[0]).toContain('ERROR cannot write path="/a b" count=3 (kafka)\n')
    expect(lines[0]).toContain('Error: disk on fire\n')
    expect(lines[0]).toContain('logging.test.ts')
  })

  test('lets nobody forge a line or steer a terminal', () => {
    const { lines, logger } = logging('text')
    logger.info({ clientId: 'a\n[2026] INFO forged (x)' }, 'hello \u001b[2J\r\n\u2028there')
    expect(lines[0]?.split('\n')).toHaveLength(2)
    expect(lines[0]).not.toContain('\u001b')
    expect(lines[0]).toContain('\\u001b[2J\\u000d\\u000a\\u2028there')
  })
})

test('a line of a log tells the time in the zone of the machine', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime()
  expect(formatLogLine(JSON.stringify({ time, level: 'INFO', logger: 'x', msg: 'm' }))).toBe(
    '[2026-01-02 03:04:05,006] INFO m (x)\n',
  )
})

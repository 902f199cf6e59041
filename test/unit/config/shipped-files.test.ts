import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadBrokerConfig } from '../../../src/config/load-broker-config.ts'
import { parseProperties } from '../../../src/config/properties-file.ts'
import { PLACE } from './minimal-texts.ts'

const project = join(import.meta.dirname, '..', '..', '..')

describe.each(['config/server.properties', 'docker/server.properties'])('%s', file => {
  const texts = parseProperties(readFileSync(join(project, file)), file)

  test('is a configuration of a node that stands alone', () => {
    const config = loadBrokerConfig(texts, PLACE)
    expect(config).toMatchObject({
      nodeId: 1,
      isBroker: true,
      isController: true,
      groupInitialRebalanceDelayMs: 0,
    })
    expect(config.offsetsTopicReplicationFactor).toBe(1)
    expect(config.listeners.map(({ name, port }) => [name, port])).toEqual([
      ['PLAINTEXT', 9092],
      ['CONTROLLER', 9093],
    ])
  })

  test("has Apache Kafka's own keys alone, so that it starts Apache Kafka, too", () => {
    expect([...texts.keys()].filter(key => key.startsWith('ottla.'))).toEqual([])
  })
})

test('the shipped file opens no port to other machines', () => {
  const texts = parseProperties(readFileSync(join(project, 'config/server.properties')), 'server.properties')
  expect(loadBrokerConfig(texts, PLACE).listeners.map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.1'])
})

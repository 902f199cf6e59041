import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import type { JsonReadRecord } from '../client-program.ts'
import { describeWithPython } from '../python-environment.ts'
import { storedCodecs } from '../stored-codecs.ts'
import { knownRecords } from './known-records.ts'
import { MATRIX_CLIENTS, MATRIX_CODECS, type MatrixClient } from './matrix-clients.ts'

const topicOf = (producer: MatrixClient, codec: string): string =>
  `${producer.name.replaceAll(/[ .]/g, '-')}-${codec}`

/** One mistake is told by the record's number, not by half a megabyte of difference. */
const expectSameRecords = (actual: readonly JsonReadRecord[], producer: MatrixClient): void => {
  const expected = knownRecords(producer)
  const inOrder = [...actual].sort((a, b) => a.offset - b.offset)
  expect(inOrder.map(record => record.offset)).toEqual(expected.map((_, offset) => offset))
  const differing = expected.flatMap((record, offset) => {
    const got = JSON.stringify(pick(inOrder[offset] as JsonReadRecord))
    return got === JSON.stringify(pick(record)) ? [] : [{ offset, got: got.slice(0, 300) }]
  })
  expect(differing).toEqual([])
}

const pick = ({
  key,
  value,
  headers,
  timestamp,
}: Omit<JsonReadRecord, 'topic' | 'partition' | 'offset'>) => ({
  key,
  value,
  headers,
  timestamp,
})

describeWithPython('compression', () => {
  describeWithTools(['java', 'mvn', 'go'], 'between any two clients', () => {
    let broker: Broker
    beforeAll(async () => {
      broker = await startBroker()
    })
    afterAll(() => broker?.stop())

    describe.each(MATRIX_CLIENTS)('$name', producer => {
      beforeAll(async () => {
        const topics = MATRIX_CODECS.map(codec => ({
          topic: topicOf(producer, codec),
          codec,
          records: knownRecords(producer),
        }))
        await producer.produce(broker.bootstrapServers, topics)
      })

      test.each(MATRIX_CODECS)('writes batches that are stored with its codec: %s', codec => {
        const stored = storedCodecs(broker.dataDirectory, topicOf(producer, codec))
        expect(stored).toContain(codec)
        // Some producers leave a batch as it is when the codec does not make it smaller.
        expect(stored.filter(each => each !== codec && each !== 'none')).toEqual([])
      })
    })

    describe.each(MATRIX_CLIENTS)('$name reads', reader => {
      const records = new Map<string, JsonReadRecord[]>()
      beforeAll(async () => {
        const topics = MATRIX_CLIENTS.flatMap(producer =>
          MATRIX_CODECS.map(codec => topicOf(producer, codec)),
        )
        const count = MATRIX_CLIENTS.reduce(
          (sum, each) => sum + MATRIX_CODECS.length * knownRecords(each).length,
          0,
        )
        for (const record of await reader.read(broker.bootstrapServers, { topics, count })) {
          const ofTopic = records.get(record.topic)
          if (ofTopic) ofTopic.push(record)
          else records.set(record.topic, [record])
        }
      })

      describe.each(MATRIX_CLIENTS)('what $name wrote', producer => {
        test.each(MATRIX_CODECS)('with codec %s', codec => {
          expectSameRecords(records.get(topicOf(producer, codec)) ?? [], producer)
        })
      })
    })
  })
})

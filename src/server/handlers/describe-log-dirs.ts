import { ErrorCode } from '../../protocol/error-code.ts'
import {
  type DescribeLogDirsRequest,
  type DescribeLogDirsResponse,
  describeLogDirsApi,
} from '../../protocol/messages/describe-log-dirs.ts'
import type { LogDirectoryDescription } from '../../replica/log-directories.ts'
import { handler } from '../handler.ts'

type ResponseTopic = DescribeLogDirsResponse['results'][number]['topics'][number]

/** "Not known" on the wire. */
const UNKNOWN = -1

export const describeLogDirsHandler = handler(describeLogDirsApi, {
  versions: [1, 5],
  async handle({ topics }, _context, { replicas }) {
    const isAsked = filterOf(topics)
    const directories = await replicas.describeLogDirectories()
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      results: directories.map(({ errorCode, path, logs, totalBytes, usableBytes }) => ({
        errorCode,
        logDir: path,
        topics: topicsOf(logs, isAsked),
        totalBytes: totalBytes ?? UNKNOWN,
        usableBytes: usableBytes ?? UNKNOWN,
      })),
    }
  },
})

type Log = LogDirectoryDescription['logs'][number]

/** Null asks for all. */
function filterOf(topics: DescribeLogDirsRequest['topics']): (log: Log) => boolean {
  if (topics === null) return () => true
  const asked = new Map<string, Set<number>>()
  for (const { topic, partitions } of topics) {
    asked.set(topic, new Set([...(asked.get(topic) ?? []), ...partitions]))
  }
  return ({ topicPartition: { topic, partition } }) => asked.get(topic)?.has(partition) === true
}

function topicsOf(logs: readonly Log[], isAsked: (log: Log) => boolean): ResponseTopic[] {
  const byTopic = new Map<string, ResponseTopic & { partitions: ResponseTopic['partitions'][number][] }>()
  for (const log of logs) {
    if (!isAsked(log)) continue
    const { topic, partition } = log.topicPartition
    const entry = {
      partitionIndex: partition,
      partitionSize: log.sizeBytes,
      offsetLag: log.offsetLag,
      isFutureKey: false,
    }
    const found = byTopic.get(topic)
    if (found === undefined) byTopic.set(topic, { name: topic, partitions: [entry] })
    else found.partitions.push(entry)
  }
  return [...byTopic.values()]
}

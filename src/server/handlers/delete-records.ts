import { isInternalTopic } from '../../metadata/topic-name.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import { type DeleteRecordsResponse, deleteRecordsApi } from '../../protocol/messages/delete-records.ts'
import { handler } from '../handler.ts'

type ResponsePartition = DeleteRecordsResponse['topics'][number]['partitions'][number]

/** Asks for everything below the high watermark. */
const HIGH_WATERMARK = -1
const NO_LOW_WATERMARK = -1

export const deleteRecordsHandler = handler(deleteRecordsApi, {
  versions: [0, 2],
  async handle({ topics, timeoutMs }, _context, { replicas, metadata }) {
    const { byName } = metadata.image.topics
    const isRefused = (name: string): boolean => isInternalTopic(name) && byName.has(name)
    const asked = topics.flatMap(({ name, partitions }) =>
      isRefused(name)
        ? []
        : partitions.map(({ partitionIndex, offset }) => ({
            topic: name,
            partition: partitionIndex,
            offset: offset === HIGH_WATERMARK ? undefined : offset,
          })),
    )
    const results = (await replicas.deleteRecords(asked, { timeoutMs })).values()
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }): ResponsePartition => {
          const result = isRefused(name) ? undefined : results.next().value
          return {
            partitionIndex,
            lowWatermark: result?.lowWatermark ?? NO_LOW_WATERMARK,
            errorCode: result?.errorCode ?? ErrorCode.INVALID_TOPIC_EXCEPTION,
          }
        }),
      })),
    }
  },
  fail({ topics }, { code }) {
    return {
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          lowWatermark: NO_LOW_WATERMARK,
          errorCode: code,
        })),
      })),
    }
  },
})

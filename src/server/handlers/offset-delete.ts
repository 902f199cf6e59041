import { ErrorCode } from '../../protocol/error-code.ts'
import { offsetDeleteApi } from '../../protocol/messages/offset-delete.ts'
import { handler } from '../handler.ts'

export const offsetDeleteHandler = handler(offsetDeleteApi, {
  versions: [0, 0],
  async handle(request, _context, { groups, metadata }) {
    const { topics } = metadata.image
    const isThere = (name: string, partitionIndex: number) =>
      topics.partition(name, partitionIndex) !== undefined
    const known = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.filter(({ partitionIndex }) => isThere(name, partitionIndex)),
    }))
    const response = await groups.deleteOffsets({ ...request, topics: known })
    if (response.errorCode !== ErrorCode.NONE) return response
    return {
      ...response,
      topics: request.topics.map(({ name, partitions }, topicIndex) => {
        const results = [...(response.topics[topicIndex]?.partitions ?? [])]
        return {
          name,
          partitions: partitions.map(({ partitionIndex }) => ({
            partitionIndex,
            errorCode: isThere(name, partitionIndex)
              ? (results.shift()?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR)
              : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
          })),
        }
      }),
    }
  },
})

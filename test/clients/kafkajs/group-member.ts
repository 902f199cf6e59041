import type { Consumer, Kafka } from 'kafkajs'

/** A member of a group that keeps the values it was given; offsets are committed behind each batch. */
export interface GroupMember {
  /** Empty while the group rebalances. */
  readonly partitions: readonly number[]
  readonly received: number
  take(): string[]
  stop(): Promise<void>
}

export const joinGroup = async (
  kafka: Kafka,
  { topic, group }: { topic: string; group: string },
): Promise<GroupMember> => {
  const consumer: Consumer = kafka.consumer({
    groupId: group,
    heartbeatInterval: 100,
    sessionTimeout: 10_000,
    maxWaitTimeInMs: 100,
  })
  let partitions: number[] = []
  let values: string[] = []
  consumer.on('consumer.group_join', ({ payload }) => {
    partitions = [...(payload.memberAssignment[topic] ?? [])].sort()
  })
  consumer.on('consumer.rebalancing', () => {
    partitions = []
  })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachBatchAutoResolve: true,
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      await consumer.commitOffsets([
        { topic, partition: batch.partition, offset: String(Number(batch.lastOffset()) + 1) },
      ])
      values.push(...batch.messages.map(message => String(message.value)))
    },
  })
  return {
    get partitions() {
      return partitions
    },
    get received() {
      return values.length
    },
    take: () => {
      const taken = values.sort()
      values = []
      return taken
    },
    stop: () => consumer.disconnect(),
  }
}

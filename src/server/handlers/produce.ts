import { isInternalTopic } from '../../metadata/topic-name.ts'
import { ErrorCode, errorName } from '../../protocol/error-code.ts'
import { type ProduceRequest, type ProduceResponse, produceApi } from '../../protocol/messages/produce.ts'
import {
  CURRENT_MAGIC,
  isTransactional,
  RECORD_BATCH_OVERHEAD,
  readMagic,
} from '../../protocol/records/record-batch.ts'
import type { RequiredAcks } from '../../replica/partition.ts'
import { type PartitionAppend, refusedAppend } from '../../replica/partition-append.ts'
import type { ProduceTarget } from '../../replica/replica-manager.ts'
import type { BrokerServices } from '../broker-services.ts'
import { CloseConnectionError, handler } from '../handler.ts'
import { LeaderHints } from '../leader-hints.ts'
import type { RequestContext } from '../request-context.ts'

type ResponsePartition = ProduceResponse['responses'][number]['partitionResponses'][number]

/** Versions before are advertised, since older librdkafka would not compress otherwise, but their formats are refused. */
const RECORD_BATCHES_SINCE = 3
const LEADER_HINTS_SINCE = 10
const TOPIC_IDS_SINCE = 13

/** Only this client id, that of Kafka's own tools, may write to the topics that brokers keep. */
const ADMIN_CLIENT_ID = '__admin_client'

/** "None" on the wire. */
const NONE = -1

const EMPTY = Buffer.alloc(0)

/** One partition of the request: what is to be appended, or why it is not. */
interface Part {
  readonly topic: string
  readonly partition: number
  readonly records: Buffer
  readonly refusal: PartitionAppend | undefined
}

export const produceHandler = handler(produceApi, {
  versions: [0, 13],
  handle(request, context, services) {
    const topics = request.topicData.map(topic => partsOf(topic, request, context, services))
    const targets = topics.flat().filter(part => part.refusal === undefined)
    const finish = (appends: readonly PartitionAppend[]): ProduceResponse | undefined => {
      const answers = new Map(targets.map((target, index) => [target, appends[index] as PartitionAppend]))
      const answerOf = (part: Part): PartitionAppend => part.refusal ?? (answers.get(part) as PartitionAppend)
      if (request.acks === 0) return answerNothing(topics.flat(), answerOf, context, services)
      return respond(request, topics, answerOf, context, services)
    }
    if (targets.length === 0) return finish([])
    const appends = services.replicas.produce(targets satisfies readonly ProduceTarget[], {
      requiredAcks: request.acks as RequiredAcks,
      timeoutMs: request.timeoutMs,
      produceVersion: context.apiVersion,
    })
    return appends instanceof Promise ? appends.then(finish) : finish(appends)
  },
  fail(request, { code, message }) {
    if (request.acks === 0)
      throw new CloseConnectionError(`A Produce request without acks failed: ${message}`)
    const responses = request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }) => ({
        index,
        errorCode: code,
        baseOffset: NONE,
        errorMessage: message,
      })),
    }))
    return { responses, throttleTimeMs: 0 }
  },
})

function partsOf(
  { name, topicId, partitionData }: ProduceRequest['topicData'][number],
  request: ProduceRequest,
  context: RequestContext,
  services: BrokerServices,
): Part[] {
  const usesIds = context.apiVersion >= TOPIC_IDS_SINCE
  const { topics } = services.metadata.image
  const topic = usesIds ? topics.topicById(topicId) : topics.topicByName(name)
  return partitionData.map(({ index, records }) => {
    const part = { topic: topic?.name ?? name, partition: index, records: records ?? EMPTY }
    if (topic === undefined && usesIds) {
      return refused(part, ErrorCode.UNKNOWN_TOPIC_ID, `There is no topic with the id ${topicId}.`)
    }
    if (topic?.partitions[index] === undefined) {
      const message = `There is no partition ${part.topic}-${index}.`
      return refused(part, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message)
    }
    return { ...part, refusal: refusalOf(part, request, context) }
  })
}

function refused(part: Omit<Part, 'refusal'>, errorCode: ErrorCode, message: string): Part {
  return { ...part, refusal: refusedAppend({ errorCode, message }) }
}

function refusalOf(
  { topic, records }: { topic: string; records: Buffer },
  { acks }: ProduceRequest,
  { apiVersion, clientId }: RequestContext,
): PartitionAppend | undefined {
  if (acks !== -1 && acks !== 0 && acks !== 1) {
    return refusedAppend({
      errorCode: ErrorCode.INVALID_REQUIRED_ACKS,
      message: `There are no acks=${acks}.`,
    })
  }
  if (apiVersion < RECORD_BATCHES_SINCE) {
    const message = `Produce version ${apiVersion} carries an old message format, which is not taken yet.`
    return refusedAppend({ errorCode: ErrorCode.UNSUPPORTED_VERSION, message })
  }
  if (isInternalTopic(topic) && clientId !== ADMIN_CLIENT_ID) {
    const message = `Cannot append to the internal topic ${topic}.`
    return refusedAppend({ errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, message })
  }
  if (isTransactionalBatch(records)) {
    // No partition can be added to a transaction yet, so this is what Kafka would say, too. Appended, the records
    // would hold back readers of committed ones for ever.
    const message = 'Transactions are not supported yet: the partition is in none.'
    return refusedAppend({ errorCode: ErrorCode.INVALID_TXN_STATE, message })
  }
  return undefined
}

function isTransactionalBatch(records: Buffer): boolean {
  return (
    records.length >= RECORD_BATCH_OVERHEAD &&
    readMagic(records, 0) === CURRENT_MAGIC &&
    isTransactional(records, 0)
  )
}

/** Without acks there is no answer; a client that is to know of an error sees its connection close. */
function answerNothing(
  parts: readonly Part[],
  answerOf: (part: Part) => PartitionAppend,
  { clientId, connection }: RequestContext,
  { world }: BrokerServices,
): undefined {
  const failed = parts.filter(part => answerOf(part).errorCode !== ErrorCode.NONE)
  const [first] = failed
  if (first === undefined) return undefined
  const error = errorName(answerOf(first).errorCode)
  world.logger
    .named('kafka.server.KafkaApis')
    .info(
      { client: clientId, peer: connection.clientHost, partitions: failed.length, error },
      'Closing the connection of a producer that waits for no acknowledgement, since its records were refused',
    )
  throw new CloseConnectionError(`Records without acks were refused: ${error}`)
}

function respond(
  { topicData }: ProduceRequest,
  topics: readonly (readonly Part[])[],
  answerOf: (part: Part) => PartitionAppend,
  { apiVersion, connection }: RequestContext,
  { metadata }: BrokerServices,
): ProduceResponse {
  const hints = new LeaderHints(metadata.image, connection.listenerName)
  const responses = topicData.map(({ name, topicId }, index) => ({
    name,
    topicId,
    partitionResponses: (topics[index] as readonly Part[]).map((part): ResponsePartition => {
      const append = answerOf(part)
      const isElsewhere = append.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER
      return {
        ...wireAppend(part.partition, append),
        ...(isElsewhere &&
          apiVersion >= LEADER_HINTS_SINCE && { currentLeader: hints.of(part.topic, part.partition) }),
      }
    }),
  }))
  return { responses, throttleTimeMs: 0, nodeEndpoints: hints.endpoints }
}

function wireAppend(index: number, append: PartitionAppend): ResponsePartition {
  const hasFailed = append.errorCode !== ErrorCode.NONE
  return {
    index,
    errorCode: append.errorCode,
    baseOffset: append.baseOffset ?? NONE,
    logAppendTimeMs: append.logAppendTimeMs ?? NONE,
    logStartOffset: append.logStartOffset ?? NONE,
    recordErrors: append.recordErrors.map(({ batchIndex, message }) => ({
      batchIndex,
      batchIndexErrorMessage: message,
    })),
    errorMessage: hasFailed ? (append.message ?? null) : null,
  }
}

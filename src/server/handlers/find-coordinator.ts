import { GROUP_METADATA_TOPIC } from '../../coordinator/group/group-leadership.ts'
import { ErrorCode, errorName } from '../../protocol/error-code.ts'
import { findCoordinatorApi } from '../../protocol/messages/find-coordinator.ts'
import type { BrokerServices } from '../broker-services.ts'
import { reachableAt } from '../cluster-view.ts'
import { handler } from '../handler.ts'
import type { RequestContext } from '../request-context.ts'

/** What a key stands for (FindCoordinatorRequest.CoordinatorType). */
const CoordinatorType = { GROUP: 0, TRANSACTION: 1, SHARE: 2 } as const

const SEVERAL_KEYS_SINCE = 4

interface Coordinator {
  readonly errorCode: ErrorCode
  /** Empty where there is nothing to say. */
  readonly errorMessage: string
  readonly nodeId: number
  readonly host: string
  readonly port: number
}

export const findCoordinatorHandler = handler(findCoordinatorApi, {
  versions: [0, 6],
  async handle({ key, keyType, coordinatorKeys }, context, services) {
    if (context.apiVersion < SEVERAL_KEYS_SINCE) {
      const found = await findCoordinator({ key, keyType }, context, services)
      const errorMessage = found.errorMessage || errorName(found.errorCode)
      return { ...found, errorMessage, coordinators: [] }
    }
    const coordinators = await Promise.all(
      coordinatorKeys.map(async each => ({
        key: each,
        ...(await findCoordinator({ key: each, keyType }, context, services)),
      })),
    )
    return { errorCode: ErrorCode.NONE, errorMessage: '', nodeId: 0, host: '', port: 0, coordinators }
  },
  fail({ coordinatorKeys }, { code, message }) {
    const failed = none(code, message)
    return { ...failed, coordinators: coordinatorKeys.map(key => ({ key, ...failed })) }
  },
})

async function findCoordinator(
  { key, keyType }: { key: string; keyType: number },
  context: RequestContext,
  services: BrokerServices,
): Promise<Coordinator> {
  switch (keyType) {
    case CoordinatorType.GROUP:
      return findGroupCoordinator(key, context, services)
    case CoordinatorType.TRANSACTION:
      // COORDINATOR_NOT_AVAILABLE would have clients ask for ever: this one they pass on to the user.
      return none(
        ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        'Transactions are not served by this broker yet.',
      )
    default:
      return none(ErrorCode.INVALID_REQUEST, `Coordinators of type ${keyType} are not served by this broker.`)
  }
}

async function findGroupCoordinator(
  groupId: string,
  { connection }: RequestContext,
  services: BrokerServices,
): Promise<Coordinator> {
  const { metadata, groups, autoTopicCreation } = services
  if (metadata.image.topics.topicByName(GROUP_METADATA_TOPIC) === undefined) {
    const created = await autoTopicCreation.create(GROUP_METADATA_TOPIC)
    if (created !== ErrorCode.NONE) {
      const reason = `${GROUP_METADATA_TOPIC} could not be created: ${errorName(created)}.`
      return none(ErrorCode.COORDINATOR_NOT_AVAILABLE, reason)
    }
  }
  const { image } = metadata
  const leader = image.topics.partition(GROUP_METADATA_TOPIC, groups.partitionFor(groupId))?.leader
  const listener = leader === undefined ? undefined : reachableAt(image, leader, connection.listenerName)
  if (leader === undefined || listener === undefined) return none(ErrorCode.COORDINATOR_NOT_AVAILABLE)
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: '',
    nodeId: leader,
    host: listener.host,
    port: listener.port,
  }
}

function none(errorCode: ErrorCode, errorMessage = ''): Coordinator {
  return { errorCode, errorMessage, nodeId: -1, host: '', port: -1 }
}

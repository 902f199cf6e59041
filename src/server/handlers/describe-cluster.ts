import { ErrorCode } from '../../protocol/error-code.ts'
import { type DescribeClusterResponse, describeClusterApi } from '../../protocol/messages/describe-cluster.ts'
import { ALL_OPERATIONS, OPERATIONS_NOT_ASKED_FOR } from '../authorized-operations.ts'
import type { BrokerServices } from '../broker-services.ts'
import { anyOf } from '../cluster-view.ts'
import { handler } from '../handler.ts'
import type { ConnectionContext } from '../request-context.ts'

type DescribedNode = DescribeClusterResponse['brokers'][number]

/** What a client may ask for: brokers, or controllers (KIP-919). */
const EndpointType = { BROKER: 1, CONTROLLER: 2 } as const

export const describeClusterHandler = handler(describeClusterApi, {
  versions: [0, 2],
  handle(
    { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations },
    { connection },
    services,
  ) {
    const asked = connection.listenerType === 'broker' ? EndpointType.BROKER : EndpointType.CONTROLLER
    if (endpointType !== asked) return mismatch(endpointType, asked, services)
    const nodes =
      asked === EndpointType.BROKER ? brokers(services, connection) : controllers(services, connection)
    const shown = nodes.filter(({ isFenced }) => includeFencedBrokers || !isFenced)
    return {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      endpointType,
      clusterId: services.clusterId,
      controllerId: controllerId(asked, shown, services),
      brokers: shown,
      clusterAuthorizedOperations: includeClusterAuthorizedOperations
        ? ALL_OPERATIONS.cluster
        : OPERATIONS_NOT_ASKED_FOR,
    }
  },
})

function mismatch(
  endpointType: number,
  asked: number,
  { clusterId }: BrokerServices,
): DescribeClusterResponse {
  const known = endpointType === EndpointType.BROKER || endpointType === EndpointType.CONTROLLER
  return {
    throttleTimeMs: 0,
    errorCode: known ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
    errorMessage: `This listener belongs to ${asked === EndpointType.BROKER ? 'a broker' : 'a controller'}.`,
    endpointType,
    clusterId,
    brokers: [],
  }
}

function brokers({ metadata }: BrokerServices, { listenerName }: ConnectionContext): DescribedNode[] {
  const described: DescribedNode[] = []
  for (const { id, listeners, rack, fenced } of metadata.image.cluster.brokers.values()) {
    const listener = listeners.get(listenerName)
    if (listener === undefined) continue
    described.push({
      brokerId: id,
      host: listener.host,
      port: listener.port,
      rack: rack ?? null,
      isFenced: fenced,
    })
  }
  return described
}

function controllers({ metadata }: BrokerServices, { listenerName }: ConnectionContext): DescribedNode[] {
  const described: DescribedNode[] = []
  for (const { id, listeners } of metadata.image.cluster.controllers.values()) {
    const listener = listeners.get(listenerName)
    if (listener === undefined) continue
    described.push({ brokerId: id, host: listener.host, port: listener.port, rack: null, isFenced: false })
  }
  return described
}

/** Clients of brokers are sent to any broker, which passes on what is meant for the controller. */
function controllerId(
  asked: number,
  shown: readonly DescribedNode[],
  { quorum, world }: BrokerServices,
): number {
  if (asked === EndpointType.CONTROLLER) return quorum.leader?.leaderId ?? -1
  return anyOf(shown, world)?.brokerId ?? -1
}

import { ErrorCode } from '../../protocol/error-code.ts'
import type {
  AllocateProducerIdsRequest,
  AllocateProducerIdsResponse,
} from '../../protocol/messages/allocate-producer-ids.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { PRODUCER_ID_BLOCK_SIZE } from './producer-ids-control.ts'

/** Gives a broker the next block of producer ids. Throws STALE_BROKER_EPOCH for a broker that is not what it was. */
export function allocateProducerIds(
  machine: ControllerMachine,
  request: AllocateProducerIdsRequest,
): ControllerResult<AllocateProducerIdsResponse> {
  machine.cluster.requireBroker(request)
  const { brokerId, brokerEpoch } = request
  const producerIdStart = machine.producerIds.nextProducerId
  const nextProducerId = producerIdStart + PRODUCER_ID_BLOCK_SIZE
  return {
    records: [metadataRecord('ProducerIdsRecord', 0, { brokerId, brokerEpoch, nextProducerId })],
    response: {
      throttleTimeMs: 0,
      errorCode: ErrorCode.NONE,
      producerIdStart,
      producerIdLen: PRODUCER_ID_BLOCK_SIZE,
    },
  }
}

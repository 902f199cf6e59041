import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, int64, string, uint16, uuid } from '../schema.ts'

/**
 * A broker registers with the controller (KIP-631). v2: data directories (KIP-858) · v3: the epoch of its
 * last clean stop · v4: features at level 0.
 */
export const brokerRegistrationApi = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: array({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: array({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string({ nullable: true }),
    isMigratingZkBroker: bool({ since: 1, default: false }),
    logDirs: array(uuid(), { since: 2, ignorable: true }),
    previousBrokerEpoch: int64({ since: 3, default: -1, ignorable: true }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    brokerEpoch: int64({ default: -1 }),
  },
})

export type BrokerRegistrationRequest = RequestOf<typeof brokerRegistrationApi>
export type BrokerRegistrationResponse = ResponseInputOf<typeof brokerRegistrationApi>

import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, bool, int16, int32, int64, uuid } from '../schema.ts'

/** A broker is alive, and what it wants (KIP-631). v1: failed directories (KIP-858) · v2: cordoned ones. */
export const brokerHeartbeatApi = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    currentMetadataOffset: int64(),
    wantFence: bool(),
    wantShutDown: bool(),
    offlineLogDirs: array(uuid(), { since: 1, tag: 0 }),
    cordonedLogDirs: array(uuid(), { since: 2, nullable: true, default: null, tag: 1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    isCaughtUp: bool({ default: false }),
    isFenced: bool({ default: true }),
    shouldShutDown: bool(),
  },
})

export type BrokerHeartbeatRequest = RequestOf<typeof brokerHeartbeatApi>
export type BrokerHeartbeatResponse = ResponseInputOf<typeof brokerHeartbeatApi>

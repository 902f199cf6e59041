import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bool, bytes, int8, int16, int32, uuid } from '../schema.ts'

/** A client's metrics (KIP-714). */
export const pushTelemetryApi = api({
  key: 72,
  name: 'PushTelemetry',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: {
    clientInstanceId: uuid(),
    subscriptionId: int32(),
    terminating: bool(),
    compressionType: int8(),
    metrics: bytes(),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
  },
})

export type PushTelemetryRequest = RequestOf<typeof pushTelemetryApi>
export type PushTelemetryResponse = ResponseInputOf<typeof pushTelemetryApi>

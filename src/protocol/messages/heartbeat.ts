import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, int16, int32, string } from '../schema.ts'

/** A member of a classic group is alive. v3: static members (KIP-345). */
export const heartbeatApi = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleSince: 4,
  listeners: ['broker'],
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: 3, nullable: true, default: null }),
  },
  response: {
    throttleTimeMs: int32({ since: 1, ignorable: true }),
    errorCode: int16(),
  },
})

export type HeartbeatRequest = RequestOf<typeof heartbeatApi>
export type HeartbeatResponse = ResponseInputOf<typeof heartbeatApi>

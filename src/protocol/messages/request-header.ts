import type { MessageValue } from '../schema.ts'
import { int16, int32, message, string } from '../schema.ts'

/** In front of every request. v1: client id · v2: tagged fields. */
export const requestHeader = message({
  name: 'RequestHeader',
  versions: [0, 2],
  flexibleSince: 2,
  fields: {
    requestApiKey: int16(),
    requestApiVersion: int16(),
    correlationId: int32(),
    clientId: string({ since: 1, nullable: true, flexible: false }),
  },
})

export type RequestHeader = MessageValue<typeof requestHeader>

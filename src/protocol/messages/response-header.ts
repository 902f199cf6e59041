import type { MessageValue } from '../schema.ts'
import { int32, message } from '../schema.ts'

/** In front of every response. v1: tagged fields. */
export const responseHeader = message({
  name: 'ResponseHeader',
  versions: [0, 1],
  flexibleSince: 1,
  fields: {
    correlationId: int32(),
  },
})

export type ResponseHeader = MessageValue<typeof responseHeader>

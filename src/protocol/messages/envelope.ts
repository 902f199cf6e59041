import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, bytes, int16 } from '../schema.ts'

/** A client's request that a broker passes on to the controller, with who sent it (KIP-590). */
export const envelopeApi = api({
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: {
    requestData: bytes(),
    requestPrincipal: bytes({ nullable: true }),
    clientHostAddress: bytes(),
  },
  response: {
    responseData: bytes({ nullable: true, default: null }),
    errorCode: int16(),
  },
})

export type EnvelopeRequest = RequestOf<typeof envelopeApi>
export type EnvelopeResponse = ResponseInputOf<typeof envelopeApi>

import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, string } from '../schema.ts'

/** Chooses a SASL mechanism. v1: what follows is wrapped in SaslAuthenticate. */
export const saslHandshakeApi = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  listeners: ['broker', 'controller'],
  request: {
    mechanism: string(),
  },
  response: {
    errorCode: int16(),
    mechanisms: array(string()),
  },
})

export type SaslHandshakeRequest = RequestOf<typeof saslHandshakeApi>
export type SaslHandshakeResponse = ResponseInputOf<typeof saslHandshakeApi>

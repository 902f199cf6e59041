import type { MessageValue } from '../../protocol/schema.ts'
import { array, bool, int16, int32, message, string, uint16, uuid } from '../../protocol/schema.ts'

/** A controller registered (KIP-919). */
export const registerControllerRecord = message({
  name: 'RegisterControllerRecord',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    controllerId: int32(),
    incarnationId: uuid(),
    zkMigrationReady: bool(),
    endPoints: array({
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
  },
})

export type RegisterControllerRecord = MessageValue<typeof registerControllerRecord>

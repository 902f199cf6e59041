import type { MessageValue } from '../schema.ts'
import { bool, message, string } from '../schema.ts'

/** A principal as it is passed on between brokers. */
export const defaultPrincipalData = message({
  name: 'DefaultPrincipalData',
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    type: string(),
    name: string(),
    tokenAuthenticated: bool(),
  },
})

export type DefaultPrincipalData = MessageValue<typeof defaultPrincipalData>

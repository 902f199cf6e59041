import type { MessageValue } from '../../protocol/schema.ts'
import { array, int8, int32, int64, message, uuid } from '../../protocol/schema.ts'

/** A broker was fenced, unfenced, began a controlled stop or lost a directory. */
export const brokerRegistrationChangeRecord = message({
  name: 'BrokerRegistrationChangeRecord',
  versions: [0, 3],
  flexibleSince: 0,
  fields: {
    brokerId: int32(),
    brokerEpoch: int64(),
    fenced: int8({ tag: 0 }),
    inControlledShutdown: int8({ since: 1, tag: 1 }),
    logDirs: array(uuid(), { since: 2, tag: 2 }),
    cordonedLogDirs: array(uuid(), { since: 3, nullable: true, default: null, tag: 3 }),
  },
})

export type BrokerRegistrationChangeRecord = MessageValue<typeof brokerRegistrationChangeRecord>

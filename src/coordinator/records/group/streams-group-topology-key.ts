import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** Key of a record: a streams group's topology (KIP-1071). */
export const streamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type StreamsGroupTopologyKey = MessageValue<typeof streamsGroupTopologyKey>

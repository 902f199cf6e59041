import type { MessageValue } from '../../../protocol/schema.ts'
import { message, string } from '../../../protocol/schema.ts'

/** DOC */
export const streamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  versions: [0, 0],
  fields: {
    groupId: string(),
  },
})

export type StreamsGroupTopologyKey = MessageValue<typeof streamsGroupTopologyKey>

import type { MessageValue } from '../schema.ts'
import { int16, message } from '../schema.ts'

/** Key of a control record: its type. */
export const controlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  fields: {
    type: int16(),
  },
})

export type ControlRecordTypeSchema = MessageValue<typeof controlRecordTypeSchema>

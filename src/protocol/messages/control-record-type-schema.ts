import type { MessageValue } from '../schema.ts'
import { int16, message } from '../schema.ts'

/** DOC */
export const controlRecordTypeSchema = message({
  name: 'ControlRecordTypeSchema',
  versions: [0, 0],
  fields: {
    type: int16(),
  },
})

export type ControlRecordTypeSchema = MessageValue<typeof controlRecordTypeSchema>

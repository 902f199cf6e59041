import type { RecordCodec } from '../../machine/record-codec.ts'
import { DecodeError } from '../../protocol/reader.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { decodeMetadataRecord, encodeMetadataRecord } from './metadata-records.ts'

/** Records of the metadata log have a value and no key. One of an unknown kind is an error, never passed over. */
export const metadataRecordCodec: RecordCodec<MetadataRecord> = {
  encode: record => ({ key: undefined, value: encodeMetadataRecord(record) }),
  decode({ value }) {
    if (value === undefined) throw new DecodeError('a metadata record without a value')
    return decodeMetadataRecord(value)
  },
}

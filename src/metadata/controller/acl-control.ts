import type { AccessControlEntry } from '../image/acls-image.ts'
import { aclFromRecord } from '../image/acls-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/** Access control entries, as the controller knows them (Kafka's AclControlManager). */
export class AclControl {
  readonly #entries = new Map<string, AccessControlEntry>()

  get entries(): ReadonlyMap<string, AccessControlEntry> {
    return this.#entries
  }

  replayEntry(record: MetadataRecordValue<'AccessControlEntryRecord'>): void {
    this.#entries.set(record.id, aclFromRecord(record))
  }

  replayRemoveEntry({ id }: MetadataRecordValue<'RemoveAccessControlEntryRecord'>): void {
    this.#entries.delete(id)
  }
}

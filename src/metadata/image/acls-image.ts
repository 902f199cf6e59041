import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { withChanges } from './map-changes.ts'

/** One access control entry. Types, operation and permission are Kafka's ids (ResourceType, PatternType, AclOperation, AclPermissionType). */
export interface AccessControlEntry {
  readonly id: string
  readonly resourceType: number
  readonly resourceName: string
  readonly patternType: number
  readonly principal: string
  readonly host: string
  readonly operation: number
  readonly permissionType: number
}

/** Entries by id. */
export interface AclsImage {
  readonly entries: ReadonlyMap<string, AccessControlEntry>
}

/** Entries that changed, by id; undefined: removed. */
export interface AclsDelta {
  readonly entries: ReadonlyMap<string, AccessControlEntry | undefined>
}

export function aclFromRecord(record: MetadataRecordValue<'AccessControlEntryRecord'>): AccessControlEntry {
  return { ...record }
}

/** Gathers what records change among the entries. */
export class AclsDeltaBuilder {
  readonly #before: AclsImage
  readonly #changed = new Map<string, AccessControlEntry | undefined>()

  constructor(before: AclsImage) {
    this.#before = before
  }

  replayAccessControlEntry(record: MetadataRecordValue<'AccessControlEntryRecord'>): void {
    this.#changed.set(record.id, aclFromRecord(record))
  }

  replayRemoveAccessControlEntry({ id }: MetadataRecordValue<'RemoveAccessControlEntryRecord'>): void {
    this.#changed.set(id, undefined)
  }

  build(): { image: AclsImage; delta: AclsDelta | undefined } {
    if (this.#changed.size === 0) return { image: this.#before, delta: undefined }
    const image = { entries: withChanges(this.#before.entries, this.#changed) }
    return { image, delta: { entries: this.#changed } }
  }
}

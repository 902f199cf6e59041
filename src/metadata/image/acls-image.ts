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

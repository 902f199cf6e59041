/** Whom a quota is for: `user`, `client-id`, `ip` to a name; null stands for the default entity of that type. */
export type QuotaEntity = ReadonlyMap<string, string | null>

export interface ClientQuota {
  readonly entity: QuotaEntity
  /** By the quota's key: `producer_byte_rate`, `consumer_byte_rate`, `request_percentage` ... */
  readonly values: ReadonlyMap<string, number>
}

/** Quotas by `quotaEntityKey`. */
export interface ClientQuotasImage {
  readonly quotas: ReadonlyMap<string, ClientQuota>
}

/** Quotas that changed, as they are now; undefined: none left for that entity. */
export interface ClientQuotasDelta {
  readonly quotas: ReadonlyMap<string, ClientQuota | undefined>
}

/** A text that is equal for equal entities, whatever the order of their types. */
export function quotaEntityKey(entity: QuotaEntity): string {
  return JSON.stringify([...entity].sort(([a], [b]) => (a < b ? -1 : 1)))
}

import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { withChanges } from './map-changes.ts'

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

/** The entity of a record or a request. */
export function quotaEntity(
  parts: readonly { readonly entityType: string; readonly entityName: string | null }[],
): QuotaEntity {
  return new Map(parts.map(({ entityType, entityName }) => [entityType, entityName]))
}

/** Gathers what records change among the quotas. */
export class ClientQuotasDeltaBuilder {
  readonly #before: ClientQuotasImage
  readonly #changed = new Map<string, ClientQuota | undefined>()

  constructor(before: ClientQuotasImage) {
    this.#before = before
  }

  replayClientQuota(record: MetadataRecordValue<'ClientQuotaRecord'>): void {
    const entity = quotaEntity(record.entity)
    const key = quotaEntityKey(entity)
    const current = this.#changed.has(key) ? this.#changed.get(key) : this.#before.quotas.get(key)
    const values = withChanges(
      current?.values ?? new Map<string, number>(),
      new Map([[record.key, record.remove ? undefined : record.value]]),
    )
    this.#changed.set(key, values.size === 0 ? undefined : { entity, values })
  }

  build(): { image: ClientQuotasImage; delta: ClientQuotasDelta | undefined } {
    if (this.#changed.size === 0) return { image: this.#before, delta: undefined }
    const image = { quotas: withChanges(this.#before.quotas, this.#changed) }
    return { image, delta: { quotas: this.#changed } }
  }
}

import type { ClientQuota, QuotaEntity } from '../image/client-quotas-image.ts'
import { quotaEntity, quotaEntityKey } from '../image/client-quotas-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/** Client quotas, as the controller knows them (Kafka's ClientQuotaControlManager). */
export class ClientQuotaControl {
  readonly #quotas = new Map<string, { readonly entity: QuotaEntity; readonly values: Map<string, number> }>()

  get quotas(): ReadonlyMap<string, ClientQuota> {
    return this.#quotas
  }

  valuesOf(entity: QuotaEntity): ReadonlyMap<string, number> | undefined {
    return this.#quotas.get(quotaEntityKey(entity))?.values
  }

  replay(record: MetadataRecordValue<'ClientQuotaRecord'>): void {
    const entity = quotaEntity(record.entity)
    const entityKey = quotaEntityKey(entity)
    const quota = this.#quotas.get(entityKey) ?? { entity, values: new Map<string, number>() }
    if (record.remove) quota.values.delete(record.key)
    else quota.values.set(record.key, record.value)
    if (quota.values.size === 0) this.#quotas.delete(entityKey)
    else this.#quotas.set(entityKey, quota)
  }
}

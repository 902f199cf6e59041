import type { ProducerIdBlockGrant } from '../image/producer-ids-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/** How many producer ids a broker gets at a time (ProducerIdsBlock). */
export const PRODUCER_ID_BLOCK_SIZE = 1000

/** Producer ids given out, as the controller knows them (Kafka's ProducerIdControlManager). */
export class ProducerIdsControl {
  #lastBlock: ProducerIdBlockGrant | undefined

  get lastBlock(): ProducerIdBlockGrant | undefined {
    return this.#lastBlock
  }

  /** The first id that was never given out. */
  get nextProducerId(): number {
    return this.#lastBlock?.nextProducerId ?? 0
  }

  replay(record: MetadataRecordValue<'ProducerIdsRecord'>): void {
    if (record.nextProducerId < this.nextProducerId) {
      throw new Error(`producer ids go back from ${this.nextProducerId} to ${record.nextProducerId}`)
    }
    const { brokerId, brokerEpoch, nextProducerId } = record
    this.#lastBlock = { brokerId, brokerEpoch, nextProducerId }
  }
}

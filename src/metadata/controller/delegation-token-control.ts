import type { DelegationToken } from '../image/delegation-tokens-image.ts'
import { delegationTokenFromRecord } from '../image/delegation-tokens-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/** Delegation tokens, as the controller knows them (Kafka's DelegationTokenControlManager). */
export class DelegationTokenControl {
  readonly #tokens = new Map<string, DelegationToken>()

  get tokens(): ReadonlyMap<string, DelegationToken> {
    return this.#tokens
  }

  replayToken(record: MetadataRecordValue<'DelegationTokenRecord'>): void {
    this.#tokens.set(record.tokenId, delegationTokenFromRecord(record))
  }

  replayRemoveToken({ tokenId }: MetadataRecordValue<'RemoveDelegationTokenRecord'>): void {
    this.#tokens.delete(tokenId)
  }
}

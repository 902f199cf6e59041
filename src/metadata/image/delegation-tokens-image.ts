import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { withChanges } from './map-changes.ts'

/** One delegation token. Its secret is not kept: it follows from the token id and the cluster's secret key. */
export interface DelegationToken {
  readonly tokenId: string
  readonly owner: string
  readonly requester: string
  readonly renewers: readonly string[]
  readonly issueTimestampMs: number
  readonly maxTimestampMs: number
  readonly expirationTimestampMs: number
}

/** Tokens by id. */
export interface DelegationTokensImage {
  readonly tokens: ReadonlyMap<string, DelegationToken>
}

/** Tokens that changed, as they are now; undefined: gone. */
export interface DelegationTokensDelta {
  readonly tokens: ReadonlyMap<string, DelegationToken | undefined>
}

export function delegationTokenFromRecord(
  record: MetadataRecordValue<'DelegationTokenRecord'>,
): DelegationToken {
  return {
    tokenId: record.tokenId,
    owner: record.owner,
    requester: record.requester,
    renewers: record.renewers,
    issueTimestampMs: record.issueTimestamp,
    maxTimestampMs: record.maxTimestamp,
    expirationTimestampMs: record.expirationTimestamp,
  }
}

/** Gathers what records change among the tokens. */
export class DelegationTokensDeltaBuilder {
  readonly #before: DelegationTokensImage
  readonly #changed = new Map<string, DelegationToken | undefined>()

  constructor(before: DelegationTokensImage) {
    this.#before = before
  }

  replayDelegationToken(record: MetadataRecordValue<'DelegationTokenRecord'>): void {
    this.#changed.set(record.tokenId, delegationTokenFromRecord(record))
  }

  replayRemoveDelegationToken({ tokenId }: MetadataRecordValue<'RemoveDelegationTokenRecord'>): void {
    this.#changed.set(tokenId, undefined)
  }

  build(): { image: DelegationTokensImage; delta: DelegationTokensDelta | undefined } {
    if (this.#changed.size === 0) return { image: this.#before, delta: undefined }
    const image = { tokens: withChanges(this.#before.tokens, this.#changed) }
    return { image, delta: { tokens: this.#changed } }
  }
}

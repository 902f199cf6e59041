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

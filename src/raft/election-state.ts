/** What a voter must never forget: the `quorum-state` file (Kafka's ElectionState). */
export interface ElectionState {
  readonly epoch: number
  readonly leaderId: number | undefined
  /** Whom this node gave its vote in `epoch`. */
  readonly votedFor: { readonly id: number; readonly directoryId: string } | undefined
}

export const NO_ELECTION_YET: ElectionState = { epoch: 0, leaderId: undefined, votedFor: undefined }

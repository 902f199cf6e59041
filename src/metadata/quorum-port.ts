/** One replica of the metadata log, as the leader of the quorum knows it (DescribeQuorum). */
export interface QuorumReplica {
  readonly replicaId: number
  readonly replicaDirectoryId: string
  readonly logEndOffset: number
  readonly lastFetchTimestampMs: number | undefined
  readonly lastCaughtUpTimestampMs: number | undefined
}

export interface QuorumListener {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** What DescribeQuorum tells. */
export interface QuorumDescription {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
  /** Where the voters listen; known only where the voters are kept in the log (kraft.version 1). */
  readonly voterListeners: ReadonlyMap<number, readonly QuorumListener[]>
}

/** What the server asks of the quorum of controllers; the raft room provides it. */
export interface QuorumPort {
  /** undefined: no leader is known. */
  readonly leader: { readonly leaderId: number; readonly leaderEpoch: number } | undefined
  readonly isLeader: boolean
  /** The finalized kraft.version. */
  readonly kraftVersion: number
  /** undefined: this node does not lead. */
  describe(): QuorumDescription | undefined
}

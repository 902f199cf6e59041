import type { ElectionState } from './election-state.ts'

/** What happens to a quorum machine. The edge hands events in one at a time. */
export type QuorumEvent =
  /** The node has started, its files are read. */
  | { readonly kind: 'started' }
  /** The local log is on stable storage up to here (exclusive). */
  | { readonly kind: 'log-flushed'; readonly endOffset: number }
  /** The node is about to stop. */
  | { readonly kind: 'stopping' }

/**
 * What the edge has to do, in this order, each done before the next begins: what is persisted is on stable storage
 * before anything that follows from it is sent or appended.
 */
export type QuorumEffect =
  | { readonly kind: 'persist-election-state'; readonly state: ElectionState }
  /** This node leads from now on: append the records that begin the epoch. */
  | { readonly kind: 'become-leader'; readonly epoch: number; readonly grantingVoters: readonly number[] }
  /** The leadership of `epoch` is over. */
  | { readonly kind: 'resign'; readonly epoch: number }
  /** Everything below is committed. */
  | { readonly kind: 'advance-high-watermark'; readonly offset: number }

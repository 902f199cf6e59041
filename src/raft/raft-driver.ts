import type { Logger } from '../io/logger.ts'
import type { World } from '../io/world.ts'
import { LogDirectoryError } from '../log/log-directory-error.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { RecordWriter } from '../machine/record-writer.ts'
import type { QuorumEffect, QuorumEvent } from './effects.ts'
import { LeaderWriter } from './leader-writer.ts'
import type { MetadataLogBatch } from './logged-batches.ts'
import type { MetadataLog } from './metadata-log.ts'
import { QuorumMachine } from './quorum-machine.ts'
import type { QuorumStateFile } from './quorum-state-file.ts'
import { type SnapshotLimits, SnapshotSchedule, type SnapshotSource } from './snapshot-schedule.ts'
import type { SnapshotId } from './snapshots.ts'
import type { VoterSet } from './voter-set.ts'

/** Who hears of the metadata log. Called in order, from the event loop. */
export interface RaftListener {
  /** Begins anew with a snapshot, before any batch behind it. */
  onSnapshot(snapshot: { id: SnapshotId; batches: readonly MetadataLogBatch[] }): void
  /** Committed batches, each once, in order. */
  onCommitted(batches: readonly MetadataLogBatch[]): void
  /** This node leads the quorum. `batches` is everything there is up to the writer's end offset. */
  onBecomeLeader(leadership: { writer: RecordWriter; batches: AsyncIterable<MetadataLogBatch> }): void
  onResign(): void
  /** The metadata log cannot be read or written: the node has to stop. */
  onFailure(error: Error): void
}

export interface RaftDriverOptions {
  readonly world: World
  readonly nodeId: number
  readonly directoryId: string
  /** The voters where the log tells none. */
  readonly configuredVoters: VoterSet
  readonly log: PartitionLog
  readonly metadataLog: MetadataLog
  readonly quorumStateFile: QuorumStateFile
  readonly listener: RaftListener
  /** What a command fails with once this node does not lead. */
  readonly notLeader: () => Error
  readonly snapshotSource: SnapshotSource
  readonly snapshotLimits: SnapshotLimits
}

/** One replica of the metadata log as DescribeQuorum tells it. */
export interface ReplicaDescription {
  readonly replicaId: number
  readonly replicaDirectoryId: string
  readonly logEndOffset: number
  readonly lastFetchTimestampMs: number | undefined
  readonly lastCaughtUpTimestampMs: number | undefined
}

/**
 * The edge of Raft: hands events to the machine, one at a time, and does what it decides in the order it says. A
 * committed batch reaches the listener before the writer's high watermark does, so that whoever waits for a change
 * finds it applied.
 */
export class RaftDriver {
  readonly #options: RaftDriverOptions
  readonly #logger: Logger
  readonly #voters: VoterSet
  readonly #snapshots: SnapshotSchedule
  #machine: QuorumMachine | undefined
  #writer: LeaderWriter | undefined
  #highWatermark = 0
  /** Up to where the listener has been told. */
  #deliveredEndOffset = 0
  #delivering = false
  /** Events wait here while an effect is under way. */
  #work: Promise<void> = Promise.resolve()
  #isStopped = false

  constructor(options: RaftDriverOptions) {
    this.#options = options
    this.#logger = options.world.logger.named('org.apache.kafka.raft.KafkaRaftClient')
    this.#voters = options.metadataLog.settings.voters ?? options.configuredVoters
    this.#snapshots = new SnapshotSchedule({
      ...options,
      limits: options.snapshotLimits,
      source: options.snapshotSource,
      voters: this.#voters,
    })
  }

  /** Resolves once the role is known and what it asks for is done. Rejects with what the node cannot start with. */
  async start(): Promise<void> {
    const { metadataLog, quorumStateFile, nodeId, directoryId, log, listener } = this.#options
    if (!this.#voters.isVoter({ id: nodeId, directoryId })) {
      const known = this.#voters.get(nodeId)?.directoryId
      throw new LogDirectoryError(
        known === undefined
          ? `node ${nodeId} is no voter of the metadata quorum (voters: ${this.#voters.ids.join(', ') || 'none'})`
          : `the voter of node ${nodeId} is the directory ${known}, and this one is ${directoryId}: put the right directory in its place`,
      )
    }
    const election = await quorumStateFile.read()
    this.#machine = new QuorumMachine({
      localId: nodeId,
      voters: this.#voters,
      election,
      lastLogEpoch: metadataLog.lastEpoch,
    })
    const snapshot = metadataLog.latestSnapshot
    if (snapshot !== undefined) {
      listener.onSnapshot({ id: snapshot, batches: await metadataLog.readSnapshot(snapshot) })
      this.#deliveredEndOffset = snapshot.endOffset
    }
    log.setListener({
      onProgress: () => this.#enqueue({ kind: 'log-flushed', endOffset: log.flushedEndOffset }),
      onOffline: () => this.#fail(new Error('the directory of the metadata log is offline')),
    })
    await this.#perform({ kind: 'started' })
  }

  /** Steps down; nothing is told to the listener afterwards. */
  async stop(): Promise<void> {
    this.#enqueue({ kind: 'stopping' })
    await this.#work
    this.#isStopped = true
    this.#options.log.setListener(undefined)
    await this.#snapshots.stop()
  }

  get leader(): { readonly leaderId: number; readonly leaderEpoch: number } | undefined {
    const role = this.#machine?.role
    return role?.kind === 'leader' ? { leaderId: this.#options.nodeId, leaderEpoch: role.epoch } : undefined
  }

  get isLeader(): boolean {
    return this.#machine?.role.kind === 'leader'
  }

  get kraftVersion(): number {
    return this.#options.metadataLog.settings.kraftVersion
  }

  get highWatermark(): number {
    return this.#highWatermark
  }

  get voters(): VoterSet {
    return this.#voters
  }

  /** What DescribeQuorum tells; undefined where this node does not lead. */
  describe() {
    const role = this.#machine?.role
    if (role?.kind !== 'leader') return undefined
    const { nodeId, directoryId, metadataLog, world } = this.#options
    const nowMs = world.clock.nowMs()
    const local: ReplicaDescription = {
      replicaId: nodeId,
      replicaDirectoryId: directoryId,
      logEndOffset: metadataLog.endOffset,
      lastFetchTimestampMs: nowMs,
      lastCaughtUpTimestampMs: nowMs,
    }
    return {
      leaderId: nodeId,
      leaderEpoch: role.epoch,
      highWatermark: this.#highWatermark,
      voters: [local],
      observers: [] as readonly ReplicaDescription[],
      voterListeners: new Map([...this.#voters].map(({ voterId, endpoints }) => [voterId, endpoints])),
    }
  }

  #enqueue(event: QuorumEvent): void {
    this.#work = this.#work
      .then(() => this.#perform(event))
      .catch((error: unknown) => this.#fail(error as Error))
  }

  async #perform(event: QuorumEvent): Promise<void> {
    if (this.#isStopped || this.#machine === undefined) return
    const { endOffset, flushedEndOffset } = this.#options.metadataLog
    for (const effect of this.#machine.step(event, { endOffset, flushedEndOffset })) await this.#apply(effect)
  }

  #apply(effect: QuorumEffect): Promise<void> | undefined {
    const { metadataLog, quorumStateFile, listener, nodeId } = this.#options
    switch (effect.kind) {
      case 'persist-election-state':
        return quorumStateFile.write(effect.state, {
          version: this.kraftVersion > 0 ? 1 : 0,
          voterIds: this.#voters.ids,
        })
      case 'become-leader':
        metadataLog.beginEpoch({ ...effect, leaderId: nodeId, voters: this.#voters })
        this.#becomeLeader(effect.epoch)
        return undefined
      case 'resign':
        this.#writer?.end()
        this.#writer = undefined
        listener.onResign()
        return undefined
      case 'advance-high-watermark':
        this.#highWatermark = effect.offset
        metadataLog.advanceHighWatermark(effect.offset)
        void this.#deliver()
        return undefined
    }
  }

  #becomeLeader(epoch: number): void {
    const { metadataLog, listener, notLeader } = this.#options
    this.#logger.info({ epoch }, `this node leads the metadata quorum in epoch ${epoch}`)
    this.#writer = new LeaderWriter({
      epoch,
      log: metadataLog,
      highWatermark: this.#highWatermark,
      notLeader,
    })
    listener.onBecomeLeader({ writer: this.#writer, batches: metadataLog.batches(metadataLog.endOffset) })
  }

  /** Tells the listener what is committed; at once, as long as the batches are in memory. */
  async #deliver(): Promise<void> {
    if (this.#delivering) return
    this.#delivering = true
    try {
      while (this.#deliveredEndOffset < this.#highWatermark && !this.#isStopped) {
        const read = this.#options.metadataLog.readAt(this.#deliveredEndOffset, this.#highWatermark)
        this.#hand(read instanceof Promise ? await read : read)
      }
    } catch (error) {
      this.#fail(error as Error)
    } finally {
      this.#delivering = false
    }
  }

  #hand(batches: readonly MetadataLogBatch[]): void {
    const { metadataLog, listener } = this.#options
    for (const batch of batches) metadataLog.noteCommitted(batch)
    this.#deliveredEndOffset = (batches.at(-1)?.lastOffset ?? this.#highWatermark - 1) + 1
    listener.onCommitted(batches)
    this.#writer?.advance(this.#deliveredEndOffset)
    this.#snapshots.onCommitted(batches)
  }

  #fail(error: Error): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#writer?.end()
    this.#options.listener.onFailure(error)
  }
}

import type { Machine, ProducerIdAndEpoch, RecordPosition, TransactionResult } from '../../machine/machine.ts'
import type { MetadataImage } from '../../metadata/image/metadata-image.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { GroupRecord } from '../records/coordinator-records.ts'
import { ClassicGroups } from './classic/classic-groups.ts'
import { type PersistedGroup, persistedGroupFromRecord, SIMPLE_GROUP } from './classic/persisted-group.ts'
import type { GroupSurroundings } from './group-surroundings.ts'
import { OffsetStore } from './offsets/offset-store.ts'

/** Kinds of groups that are not served yet: their ids are taken and their offsets kept. */
export type OtherGroupKind = 'consumer' | 'share' | 'streams'

/**
 * The groups of one partition of `__consumer_offsets` (Apache Kafka's GroupCoordinatorShard). Hard state: each group's last
 * record and its committed offsets. Soft state: `classic`, the members as this leadership knows them, which begins with
 * `load`; it is left out of replay equivalence.
 */
export class GroupCoordinatorMachine implements Machine<GroupRecord, never, MetadataImage> {
  readonly surroundings: GroupSurroundings
  readonly offsets = new OffsetStore()
  readonly classic: ClassicGroups
  readonly #persisted = new Map<string, PersistedGroup>()
  readonly #otherGroups = new Map<string, OtherGroupKind>()
  #isLoaded = false

  constructor(surroundings: GroupSurroundings) {
    this.surroundings = surroundings
    this.classic = new ClassicGroups(surroundings)
  }

  /** Classic groups as their last records have them, those that only commit offsets included. */
  get persisted(): ReadonlyMap<string, PersistedGroup> {
    return this.#persisted
  }

  get otherGroups(): ReadonlyMap<string, OtherGroupKind> {
    return this.#otherGroups
  }

  /** The log has been replayed: from now on members come and go. */
  load(): void {
    this.#isLoaded = true
    this.classic.load(this.#persisted)
  }

  /** The leadership is over. */
  unload(): void {
    this.#isLoaded = false
    this.classic.unload()
  }

  replay(record: GroupRecord, at: RecordPosition): void {
    switch (record.type) {
      case 'GroupMetadata':
        this.#replayGroup(
          record.key.group,
          record.value === undefined ? undefined : persistedGroupFromRecord(record.value),
        )
        break
      case 'OffsetCommit':
        if (record.value !== undefined) this.#ensureGroup(record.key.group)
        this.offsets.replay(record.key, record.value, at)
        break
      case 'LegacyOffsetCommit': {
        const { key, value } = record
        if (value !== undefined) this.#ensureGroup(key.group)
        this.offsets.replay(key, value === undefined ? undefined : fromLegacy(value), at)
        break
      }
      case 'ConsumerGroupMetadata':
        this.#replayOtherGroup(record.key.groupId, record.value === undefined ? undefined : 'consumer')
        break
      case 'ShareGroupMetadata':
        this.#replayOtherGroup(record.key.groupId, record.value === undefined ? undefined : 'share')
        break
      case 'StreamsGroupMetadata':
        this.#replayOtherGroup(record.key.groupId, record.value === undefined ? undefined : 'streams')
        break
      default:
        // Members and assignments of kinds that are not served yet. They stay in the log.
        break
    }
  }

  replayEndTransaction(producer: ProducerIdAndEpoch, result: TransactionResult): void {
    this.offsets.replayEndTransaction(producer, result)
  }

  /** Nothing here depends on other topics' state; what a deletion asks for is a command. */
  onMetadataImage(): void {}

  /** Nothing is left to do after a commit but to answer. */
  effects(): readonly never[] {
    return []
  }

  #replayGroup(groupId: string, persisted: PersistedGroup | undefined): void {
    if (persisted === undefined) {
      this.#persisted.delete(groupId)
      this.classic.remove(groupId)
      return
    }
    this.#persisted.set(groupId, persisted)
    this.#otherGroups.delete(groupId)
    if (this.#isLoaded) this.classic.onPersisted(groupId, persisted)
  }

  /** Offsets without a group make one (Kafka's simple group). */
  #ensureGroup(groupId: string): void {
    if (!this.#persisted.has(groupId) && !this.#otherGroups.has(groupId)) {
      this.#replayGroup(groupId, SIMPLE_GROUP)
    }
  }

  #replayOtherGroup(groupId: string, kind: OtherGroupKind | undefined): void {
    if (kind === undefined) {
      this.#otherGroups.delete(groupId)
    } else {
      this.#replayGroup(groupId, undefined)
      this.#otherGroups.set(groupId, kind)
    }
  }
}

function fromLegacy(value: { offset: number; metadata: string; commitTimestamp: number }) {
  return {
    offset: BigInt(value.offset),
    leaderEpoch: -1,
    metadata: value.metadata,
    commitTimestamp: value.commitTimestamp,
    expireTimestamp: -1,
    topicId: ZERO_UUID,
  }
}

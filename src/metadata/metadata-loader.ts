import { MetadataDeltaBuilder } from './image/metadata-delta-builder.ts'
import type { MetadataDelta, MetadataImage, MetadataProvenance } from './image/metadata-image.ts'
import { EMPTY_METADATA_IMAGE } from './image/metadata-image.ts'
import { diffImages } from './image/metadata-image-diff.ts'
import type { MetadataPublisher } from './image/metadata-publisher.ts'
import type { MetadataRecord } from './records/metadata-records.ts'

/** Committed records of one batch of the metadata log. */
export interface MetadataBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly leaderEpoch: number
  readonly appendTimestampMs: number
  /** One behind the other from `baseOffset` on; empty for a control batch. */
  readonly records: readonly MetadataRecord[]
}

/** A whole snapshot. */
export interface MetadataSnapshot {
  readonly provenance: MetadataProvenance
  readonly records: Iterable<MetadataRecord>
}

export interface MetadataLoaderOptions {
  /** What a publisher asked for has failed. The metadata stands all the same. */
  readonly onPublisherFailed: (failure: { publisher: string; offset: number; error: unknown }) => void
}

interface Waiter {
  readonly offset: number
  readonly resolve: () => void
}

/**
 * Turns committed records into images (Kafka's MetadataLoader). A metadata transaction is published as a whole at its
 * end and not at all when it is aborted; until then the image stays in front of it. Throws where a record cannot be
 * applied: the log is damaged or of a version unknown here, and the node has to stop.
 */
export class MetadataLoader {
  readonly #onPublisherFailed: MetadataLoaderOptions['onPublisherFailed']
  readonly #publishers = new Set<MetadataPublisher>()
  #image = EMPTY_METADATA_IMAGE
  /** Records of the transaction that is open. */
  #transaction: MetadataRecord[] | undefined
  /** Publications whose work is under way, the oldest first; what lies before one's first offset is not of its making. */
  readonly #underway = new Set<{ readonly firstOffset: number }>()
  #waiters: Waiter[] = []

  constructor({ onPublisherFailed }: MetadataLoaderOptions) {
    this.#onPublisherFailed = onPublisherFailed
  }

  /** The latest image. */
  get image(): MetadataImage {
    return this.#image
  }

  /** The image stands in front of a transaction that is not over: no time for a snapshot. */
  get isInTransaction(): boolean {
    return this.#transaction !== undefined
  }

  /** Its first call is at once, with everything there is so far (not while there is nothing). */
  addPublisher(publisher: MetadataPublisher): void {
    this.#publishers.add(publisher)
    if (this.#image === EMPTY_METADATA_IMAGE) return
    this.#publish(diffImages(EMPTY_METADATA_IMAGE, this.#image), [publisher], 0)
  }

  removePublisher(publisher: MetadataPublisher): void {
    this.#publishers.delete(publisher)
  }

  /** Batches committed since the last call, in order. One publication for all of them; none where they change nothing. */
  handleCommitted(batches: readonly MetadataBatch[]): void {
    const builder = new MetadataDeltaBuilder(this.#image)
    let provenance = this.#image.provenance
    for (const batch of batches) {
      for (const [index, record] of batch.records.entries()) {
        if (this.#transaction === undefined && record.name === 'BeginTransactionRecord' && index > 0) {
          provenance = provenanceAt(batch, batch.baseOffset + index - 1)
        }
        this.#handleRecord(builder, record)
      }
      if (this.#transaction === undefined) provenance = provenanceAt(batch, batch.lastOffset)
    }
    if (provenance === this.#image.provenance) return
    const { delta, image } = builder.build(provenance)
    this.#image = image
    this.#publish(delta, this.#publishers, delta.before.provenance.lastContainedOffset + 1)
  }

  #handleRecord(builder: MetadataDeltaBuilder, record: MetadataRecord): void {
    switch (record.name) {
      case 'BeginTransactionRecord':
        if (this.#transaction !== undefined)
          throw new Error('a metadata transaction begins inside of another')
        this.#transaction = []
        return
      case 'EndTransactionRecord':
      case 'AbortTransactionRecord': {
        const records = this.#transaction
        if (records === undefined) throw new Error('a metadata transaction ends that never began')
        if (record.name === 'EndTransactionRecord') for (const each of records) builder.replay(each)
        this.#transaction = undefined
        return
      }
      default:
        if (this.#transaction === undefined) builder.replay(record)
        else this.#transaction.push(record)
    }
  }

  /** Starts anew from a snapshot; publishes the difference to what was there. */
  handleSnapshot({ provenance, records }: MetadataSnapshot): void {
    const builder = new MetadataDeltaBuilder(EMPTY_METADATA_IMAGE)
    for (const record of records) builder.replay(record)
    const before = this.#image
    this.#transaction = undefined
    this.#image = builder.build(provenance).image
    this.#publish(
      diffImages(before, this.#image),
      this.#publishers,
      before.provenance.lastContainedOffset + 1,
    )
  }

  #publish(delta: MetadataDelta, publishers: Iterable<MetadataPublisher>, firstOffset: number): void {
    const work: Promise<void>[] = []
    const offset = this.#image.provenance.lastContainedOffset
    if (changesSomething(delta)) {
      for (const publisher of publishers) {
        const promise = publisher.onMetadataUpdate(delta, this.#image)
        if (promise === undefined) continue
        work.push(
          promise.catch((error: unknown) => {
            this.#onPublisherFailed({ publisher: publisher.name, offset, error })
          }),
        )
      }
    }
    if (work.length > 0) {
      const publication = { firstOffset }
      this.#underway.add(publication)
      void Promise.all(work).then(() => {
        this.#underway.delete(publication)
        this.#releaseWaiters()
      })
    }
    this.#releaseWaiters()
  }

  /** Resolves once every publisher has done what the records up to and including `offset` ask of it. */
  whenApplied(offset: number): Promise<void> {
    if (offset < this.#appliedEndOffset()) return Promise.resolve()
    return new Promise(resolve => this.#waiters.push({ offset, resolve }))
  }

  #appliedEndOffset(): number {
    const [oldest] = this.#underway
    return oldest?.firstOffset ?? this.#image.provenance.lastContainedOffset + 1
  }

  #releaseWaiters(): void {
    if (this.#waiters.length === 0) return
    const endOffset = this.#appliedEndOffset()
    const ready = this.#waiters.filter(({ offset }) => offset < endOffset)
    if (ready.length === 0) return
    this.#waiters = this.#waiters.filter(({ offset }) => offset >= endOffset)
    for (const { resolve } of ready) resolve()
  }
}

function provenanceAt(batch: MetadataBatch, offset: number): MetadataProvenance {
  return {
    lastContainedOffset: offset,
    lastContainedEpoch: batch.leaderEpoch,
    lastContainedLogTimestampMs: batch.appendTimestampMs,
  }
}

function changesSomething(delta: MetadataDelta): boolean {
  const { before: _before, producerIdsChanged, ...parts } = delta
  return producerIdsChanged || Object.values(parts).some(part => part !== undefined)
}

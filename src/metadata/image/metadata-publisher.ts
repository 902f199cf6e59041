import type { MetadataDelta, MetadataImage } from './metadata-image.ts'

/**
 * Hears of every change of the metadata, in order. Called from the event loop with one delta at a time, never
 * re-entrantly; it must not throw. Work that it starts (a log that is made) it returns as a promise: the next delta does
 * not wait for it, `whenApplied` does.
 */
export interface MetadataPublisher {
  /** For logs. */
  readonly name: string
  onMetadataUpdate(delta: MetadataDelta, image: MetadataImage): void | Promise<void>
}

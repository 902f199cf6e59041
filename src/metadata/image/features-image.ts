import { METADATA_VERSION_FEATURE } from '../metadata-version.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/**
 * The finalized features. A feature without a level is at 0. `metadata.version` is among them by its own accessor;
 * `kraft.version` is not: the quorum keeps it.
 */
export interface FeaturesImage {
  /** undefined: nothing is finalized yet (an empty log). */
  readonly metadataVersion: number | undefined
  /** Levels above 0 of the other features, by name. */
  readonly finalizedLevels: ReadonlyMap<string, number>
}

export const EMPTY_FEATURES: FeaturesImage = { metadataVersion: undefined, finalizedLevels: new Map() }

/** The finalized level of `transaction.version`, `group.version` and the like. */
export function finalizedLevel(features: FeaturesImage, name: string): number {
  return features.finalizedLevels.get(name) ?? 0
}

/** What changed among the features; 0: no longer finalized. */
export interface FeaturesDelta {
  readonly metadataVersion: number | undefined
  readonly levels: ReadonlyMap<string, number>
}

/** Gathers what records change among the features. */
export class FeaturesDeltaBuilder {
  readonly #before: FeaturesImage
  #metadataVersion: number | undefined
  readonly #levels = new Map<string, number>()

  constructor(before: FeaturesImage) {
    this.#before = before
  }

  replayFeatureLevel({ name, featureLevel }: MetadataRecordValue<'FeatureLevelRecord'>): void {
    if (name === METADATA_VERSION_FEATURE) this.#metadataVersion = featureLevel
    else this.#levels.set(name, featureLevel)
  }

  build(): { image: FeaturesImage; delta: FeaturesDelta | undefined } {
    if (this.#metadataVersion === undefined && this.#levels.size === 0) {
      return { image: this.#before, delta: undefined }
    }
    const finalizedLevels = new Map(this.#before.finalizedLevels)
    for (const [name, level] of this.#levels) {
      if (level === 0) finalizedLevels.delete(name)
      else finalizedLevels.set(name, level)
    }
    return {
      image: { metadataVersion: this.#metadataVersion ?? this.#before.metadataVersion, finalizedLevels },
      delta: { metadataVersion: this.#metadataVersion, levels: this.#levels },
    }
  }
}

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

import type { SupportedLevels } from '../image/broker-registration.ts'
import type { FeaturesImage } from '../image/features-image.ts'
import {
  METADATA_VERSION_FEATURE,
  MINIMUM_METADATA_VERSION,
  metadataVersionName,
} from '../metadata-version.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { ELIGIBLE_LEADER_REPLICAS_FEATURE, SUPPORTED_FEATURES } from '../supported-features.ts'

/** A feature that the node does not know at all. */
export const UNSUPPORTED_LEVELS: SupportedLevels = { min: 0, max: 0 }

/** The finalized features, as the controller knows them (Kafka's FeatureControlManager). */
export class FeatureControl {
  #metadataVersion: number | undefined
  readonly #levels = new Map<string, number>()

  /** Without a record of its own a log counts as of the lowest level there is. */
  get metadataVersion(): number {
    return this.#metadataVersion ?? MINIMUM_METADATA_VERSION
  }

  get isElrEnabled(): boolean {
    return this.level(ELIGIBLE_LEADER_REPLICAS_FEATURE) > 0
  }

  /** 0: not finalized. */
  level(name: string): number {
    return name === METADATA_VERSION_FEATURE ? this.metadataVersion : (this.#levels.get(name) ?? 0)
  }

  /** All levels above 0, metadata.version among them. */
  get finalized(): ReadonlyMap<string, number> {
    return new Map([[METADATA_VERSION_FEATURE, this.metadataVersion], ...this.#levels])
  }

  /** The same as an image has it. */
  get image(): FeaturesImage {
    return { metadataVersion: this.#metadataVersion, finalizedLevels: new Map(this.#levels) }
  }

  /** Throws for a level that this release does not know: it would misread what follows. */
  replay({ name, featureLevel }: MetadataRecordValue<'FeatureLevelRecord'>): void {
    const { min, max } = SUPPORTED_FEATURES.get(name) ?? UNSUPPORTED_LEVELS
    if (featureLevel < min || featureLevel > max) {
      const level = name === METADATA_VERSION_FEATURE ? metadataVersionName(featureLevel) : featureLevel
      throw new Error(`the metadata log sets ${name} to ${level}; supported are ${min} to ${max}`)
    }
    if (name === METADATA_VERSION_FEATURE) this.#metadataVersion = featureLevel
    else if (featureLevel === 0) this.#levels.delete(name)
    else this.#levels.set(name, featureLevel)
  }
}

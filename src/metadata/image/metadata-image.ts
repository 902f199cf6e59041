import type { AclsDelta, AclsImage } from './acls-image.ts'
import type { ClientQuotasDelta, ClientQuotasImage } from './client-quotas-image.ts'
import type { ClusterDelta, ClusterImage } from './cluster-image.ts'
import type { ConfigsDelta } from './configs-image.ts'
import { ConfigsImage } from './configs-image.ts'
import type { DelegationTokensDelta, DelegationTokensImage } from './delegation-tokens-image.ts'
import type { FeaturesDelta, FeaturesImage } from './features-image.ts'
import { EMPTY_FEATURES } from './features-image.ts'
import type { ProducerIdsImage } from './producer-ids-image.ts'
import type { ScramDelta, ScramImage } from './scram-image.ts'
import type { TopicsDelta } from './topics-image.ts'
import { TopicsImage } from './topics-image.ts'

/** Up to where in the metadata log an image goes. */
export interface MetadataProvenance {
  /** The last offset contained; -1: nothing. */
  readonly lastContainedOffset: number
  readonly lastContainedEpoch: number
  readonly lastContainedLogTimestampMs: number
}

/** Everything the cluster has agreed on, at one offset of the metadata log. Never changes; a later one shares its parts. */
export interface MetadataImage {
  readonly provenance: MetadataProvenance
  readonly features: FeaturesImage
  readonly cluster: ClusterImage
  readonly topics: TopicsImage
  readonly configs: ConfigsImage
  readonly clientQuotas: ClientQuotasImage
  readonly producerIds: ProducerIdsImage
  readonly scram: ScramImage
  readonly acls: AclsImage
  readonly delegationTokens: DelegationTokensImage
}

/** What lies between two images; a part is undefined where nothing in it changed. */
export interface MetadataDelta {
  readonly before: MetadataImage
  readonly features: FeaturesDelta | undefined
  readonly cluster: ClusterDelta | undefined
  readonly topics: TopicsDelta | undefined
  readonly configs: ConfigsDelta | undefined
  readonly clientQuotas: ClientQuotasDelta | undefined
  /** The new grant itself is in the image. */
  readonly producerIdsChanged: boolean
  readonly scram: ScramDelta | undefined
  readonly acls: AclsDelta | undefined
  readonly delegationTokens: DelegationTokensDelta | undefined
}

export const EMPTY_METADATA_IMAGE: MetadataImage = {
  provenance: { lastContainedOffset: -1, lastContainedEpoch: -1, lastContainedLogTimestampMs: -1 },
  features: EMPTY_FEATURES,
  cluster: { brokers: new Map(), controllers: new Map() },
  topics: TopicsImage.EMPTY,
  configs: ConfigsImage.EMPTY,
  clientQuotas: { quotas: new Map() },
  producerIds: { lastBlock: undefined },
  scram: { credentials: new Map() },
  acls: { entries: new Map() },
  delegationTokens: { tokens: new Map() },
}

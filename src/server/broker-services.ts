import type { BrokerConfig } from '../config/broker-config.ts'
import type { GroupCoordinator } from '../coordinator/group/group-coordinator.ts'
import type { World } from '../io/world.ts'
import type { ControllerPort } from '../metadata/controller/controller-port.ts'
import type { SupportedLevels } from '../metadata/image/broker-registration.ts'
import type { MetadataImage } from '../metadata/image/metadata-image.ts'
import type { QuorumPort } from '../metadata/quorum-port.ts'
import type { ListenerType } from '../protocol/schema.ts'
import type { ReplicaManager } from '../replica/replica-manager.ts'
import type { AdvertisedVersion } from './advertised-versions.ts'
import type { AutoTopicCreation } from './auto-topic-creation.ts'
import type { ConfigDescriber } from './config-describer.ts'
import type { FetchSessions } from './fetch-sessions.ts'
import type { ProducerIdManager } from './producer-id-manager.ts'

/** Everything that handlers may use; put together once in `node.ts`. */
export interface BrokerServices {
  readonly world: World
  readonly config: BrokerConfig
  readonly clusterId: string
  /** The image that this broker has applied. */
  readonly metadata: { readonly image: MetadataImage }
  readonly controller: ControllerPort
  readonly quorum: QuorumPort
  /** Levels of each feature that this node supports, `kraft.version` and `metadata.version` included. */
  readonly supportedFeatures: ReadonlyMap<string, SupportedLevels>
  readonly producerIds: ProducerIdManager
  readonly replicas: ReplicaManager
  readonly fetchSessions: FetchSessions
  readonly groups: GroupCoordinator
  readonly autoTopicCreation: AutoTopicCreation
  readonly configDescriber: ConfigDescriber
  advertisedVersions(listenerType: ListenerType): readonly AdvertisedVersion[]
}

import { DELEGATION_TOKEN_CONFIGS } from './definitions/delegation-token-configs.ts'
import { GROUP_COORDINATOR_CONFIGS } from './definitions/group-coordinator-configs.ts'
import { LOG_CONFIGS } from './definitions/log-configs.ts'
import { METRICS_CONFIGS } from './definitions/metrics-configs.ts'
import { NETWORK_CONFIGS } from './definitions/network-configs.ts'
import { OAUTH_CONFIGS } from './definitions/oauth-configs.ts'
import { OTTLA_CONFIGS } from './definitions/ottla-configs.ts'
import { QUORUM_CONFIGS } from './definitions/quorum-configs.ts'
import { QUOTA_CONFIGS } from './definitions/quota-configs.ts'
import { REMOTE_STORAGE_CONFIGS } from './definitions/remote-storage-configs.ts'
import { REPLICATION_CONFIGS } from './definitions/replication-configs.ts'
import { SASL_CONFIGS } from './definitions/sasl-configs.ts'
import { SERVER_CONFIGS } from './definitions/server-configs.ts'
import { SHARE_CONFIGS } from './definitions/share-configs.ts'
import { SSL_CONFIGS } from './definitions/ssl-configs.ts'
import { STREAMS_CONFIGS } from './definitions/streams-configs.ts'
import { TRANSACTION_CONFIGS } from './definitions/transaction-configs.ts'

/** Every key of a broker or controller, Kafka's and our own. */
export const BROKER_CONFIGS = {
  ...SERVER_CONFIGS,
  ...NETWORK_CONFIGS,
  ...QUORUM_CONFIGS,
  ...LOG_CONFIGS,
  ...REPLICATION_CONFIGS,
  ...GROUP_COORDINATOR_CONFIGS,
  ...SHARE_CONFIGS,
  ...STREAMS_CONFIGS,
  ...TRANSACTION_CONFIGS,
  ...REMOTE_STORAGE_CONFIGS,
  ...QUOTA_CONFIGS,
  ...METRICS_CONFIGS,
  ...DELEGATION_TOKEN_CONFIGS,
  ...SSL_CONFIGS,
  ...SASL_CONFIGS,
  ...OAUTH_CONFIGS,
  ...OTTLA_CONFIGS,
} as const

export type BrokerConfigKey = keyof typeof BROKER_CONFIGS

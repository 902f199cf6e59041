import type { BrokerConfig } from './broker-config.ts'
import { ConfigError } from './config-error.ts'

type Check = (config: BrokerConfig) => string | undefined

const quorum: Check = ({ controllerQuorumVoters: voters, controllerQuorumBootstrapServers, ...config }) => {
  if (voters.length === 0 && controllerQuorumBootstrapServers.length === 0) {
    return 'the controller quorum cannot be found: set controller.quorum.bootstrap.servers to host:port of the CONTROLLER listener'
  }
  const isVoter = voters.some(({ nodeId }) => nodeId === config.nodeId)
  if (config.isController && voters.length > 0 && !isVoter) {
    return `controller.quorum.voters lacks this controller, node ${config.nodeId}: add ${config.nodeId}@host:port`
  }
  if (!config.isController && isVoter) {
    return `controller.quorum.voters has this node, ${config.nodeId}, but process.roles is broker alone: take it out, or add the role controller`
  }
  return undefined
}

const stage: Check = ({ isBroker, isController, controllerQuorumVoters }) => {
  if (!isBroker || !isController) {
    return 'a node with one role is not there yet: set process.roles=broker,controller'
  }
  if (controllerQuorumVoters.length > 1) {
    return `controller.quorum.voters has ${controllerQuorumVoters.length} members, but quorums of several are not there yet: name this node alone`
  }
  return undefined
}

const topicDefaults: Check = ({ topicDefaults: topic }) => {
  if (topic.segmentMs < 1) return 'log.roll.ms must be greater than or equal to 1: correct it'
  if (topic.segmentJitterMs < 0) return 'log.roll.jitter.ms must be greater than or equal to 0: correct it'
  if (topic.retentionMs === 0) {
    return 'log.retention.ms must be unlimited (-1) or, greater than or equal to 1: correct it'
  }
  if (topic.minCompactionLagMs > (topic.maxCompactionLagMs ?? Number.POSITIVE_INFINITY)) {
    return 'log.cleaner.min.compaction.lag.ms is greater than log.cleaner.max.compaction.lag.ms: correct one of them'
  }
  return undefined
}

const limits: Check = config => {
  if (config.requestBufferBytes < config.socketRequestMaxBytes) {
    const key = config.sources.staticBroker.has('ottla.request.buffer.bytes')
      ? 'ottla.request.buffer.bytes'
      : 'queued.max.request.bytes'
    return `${key} (${config.requestBufferBytes}) must be larger or equal to socket.request.max.bytes (${config.socketRequestMaxBytes}): raise it`
  }
  if (config.maxConnectionsPerIp === 0 && config.maxConnectionsPerIpOverrides.size === 0) {
    return 'max.connections.per.ip can be zero only if max.connections.per.ip.overrides is set: set it, or raise the limit'
  }
  const idleMs = config.connectionsMaxIdleMs ?? Number.POSITIVE_INFINITY
  if (config.connectionFailedAuthenticationDelayMs >= idleMs) {
    return `connection.failed.authentication.delay.ms (${config.connectionFailedAuthenticationDelayMs}) must be less than connections.max.idle.ms (${idleMs}): lower it`
  }
  if (config.brokerHeartbeatIntervalMs > config.brokerSessionTimeoutMs / 2) {
    return `broker.heartbeat.interval.ms (${config.brokerHeartbeatIntervalMs}) must be at most half of broker.session.timeout.ms (${config.brokerSessionTimeoutMs}): lower it`
  }
  return undefined
}

const LAST_COMPRESSION_CODEC = 4

const groups: Check = config => {
  const codec = config.offsetsTopicCompressionCodec
  if (codec < 0 || codec > LAST_COMPRESSION_CODEC) {
    return `offsets.topic.compression.codec ${codec} is unknown: use 0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)`
  }
  if (config.groupMinSessionTimeoutMs > config.groupMaxSessionTimeoutMs) {
    return 'group.min.session.timeout.ms is greater than group.max.session.timeout.ms: correct one of them'
  }
  return undefined
}

/** Checks values that are right each by itself but cannot be together (Kafka's `KafkaConfig.validateValues`). */
export const checkBrokerConfig = (config: BrokerConfig): void => {
  for (const check of [quorum, stage, topicDefaults, limits, groups]) {
    const problem = check(config)
    if (problem !== undefined) throw new ConfigError(problem)
  }
}

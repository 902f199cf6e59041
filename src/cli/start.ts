import type { BrokerConfig, IgnoredKey } from '../config/broker-config.ts'
import type { Logger } from '../io/logger.ts'
import { NodeClock } from '../io/node-clock.ts'
import { NodeCompute } from '../io/node-compute.ts'
import { NodeDisk } from '../io/node-disk.ts'
import { NodeNetwork } from '../io/node-network.ts'
import { NodeRandom } from '../io/node-random.ts'
import type { World } from '../io/world.ts'
import { createNode } from '../node.ts'
import { BrokerProcess } from './broker-process.ts'
import { ensureFormatted } from './format-storage.ts'
import { LogLevels, parseLogLevel } from './log-levels.ts'
import { type LogFormat, pinoLogger, standardOutput } from './pino-logger.ts'
import { readConfiguration } from './read-configuration.ts'
import type { StartArguments } from './start-arguments.ts'
import { UserError } from './user-error.ts'

const logLevels = (config: BrokerConfig): LogLevels => {
  const levels = new LogLevels(parseLogLevel(config.ottlaLogLevel))
  for (const entry of config.ottlaLogLoggers.split(',')) {
    if (entry.trim() === '') continue
    const [name = '', text = ''] = entry.split('=')
    const level = parseLogLevel(text)
    if (name.trim() === '' || level === undefined) {
      throw new UserError(`'${entry.trim()}' in ottla.log.loggers is no name=LEVEL: correct it`)
    }
    levels.set(name.trim(), level)
  }
  return levels
}

const world = (config: BrokerConfig, logger: Logger): World => ({
  clock: new NodeClock(),
  compute: new NodeCompute(),
  disk: new NodeDisk({ concurrentFlushes: config.ottlaMaxConcurrentFlushes }),
  logger,
  network: new NodeNetwork(),
  random: new NodeRandom(),
})

/** One line per reason: files that were written for Apache Kafka set many keys that have no meaning here. */
const nameIgnoredKeys = (ignoredKeys: readonly IgnoredKey[], logger: Logger): void => {
  const byReason = Map.groupBy(ignoredKeys, ({ reason }) => reason)
  for (const [reason, keys] of byReason) {
    logger
      .named('kafka.server.KafkaConfig')
      .warn({}, `no effect: ${keys.map(({ key }) => key).join(', ')} (${reason})`)
  }
}

/** The lines that people's scripts and test containers wait for, in the words and under the loggers of Apache Kafka. */
const announce = ({ nodeId }: BrokerConfig, logger: Logger): void => {
  logger
    .named('kafka.server.BrokerLifecycleManager')
    .info(
      {},
      `[BrokerLifecycleManager id=${nodeId}] The broker has been unfenced. Transitioning from RECOVERY to RUNNING.`,
    )
  logger
    .named('kafka.server.KafkaRaftServer')
    .info({}, `[KafkaRaftServer nodeId=${nodeId}] Kafka Server started`)
  logger.named('kafka.server.KafkaServer').info({}, `[KafkaServer id=${nodeId}] started`)
}

/** Starts the node that a properties file describes; the process ends with it. */
export const start = async (args: StartArguments): Promise<void> => {
  const config = await readConfiguration(args)
  const output = standardOutput()
  const logger = pinoLogger({
    levels: logLevels(config),
    format: config.ottlaLogFormat as LogFormat,
    destination: output,
  })
  const { isDaemon, showStacks } = args
  const broker = new BrokerProcess({ logger, flushLog: output.flush, isDaemon, showStacks })
  broker.listen()
  try {
    const outside = world(config, logger)
    nameIgnoredKeys(config.ignoredKeys, logger)
    const clusterId = args.useEnvironment ? process.env['CLUSTER_ID'] || undefined : undefined
    for (const line of await ensureFormatted(config, { world: outside, clusterId })) {
      logger.named('kafka.tools.StorageTool').info({}, line)
    }
    const node = createNode(config, outside, { onFailure: error => broker.onNodeFailed(error) })
    if (await broker.run(node)) announce(config, logger)
  } catch (error) {
    broker.fail(error)
  }
}

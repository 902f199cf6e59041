import yargs from 'yargs'
import type { BrokerConfig } from '../config/broker-config.ts'
import { NodeClock } from '../io/node-clock.ts'
import { NodeCompute } from '../io/node-compute.ts'
import { NodeDisk } from '../io/node-disk.ts'
import { NodeNetwork } from '../io/node-network.ts'
import { NodeRandom } from '../io/node-random.ts'
import type { World } from '../io/world.ts'
import {
  LATEST_METADATA_VERSION,
  METADATA_VERSION_FEATURE,
  metadataVersionFromName,
} from '../metadata/metadata-version.ts'
import {
  defaultFeatureLevels,
  KRAFT_VERSION_FEATURE,
  SUPPORTED_FEATURES,
  unmetFeatureDependency,
} from '../metadata/supported-features.ts'
import { isUuid } from '../protocol/uuid.ts'
import { newUuid } from '../raft/format.ts'
import { type FormatRequest, formatStorage, type StorageState, storageState } from './format-storage.ts'
import { configurationOf, readProperties } from './read-configuration.ts'
import { SILENT_LOGGER } from './silent-logger.ts'
import { UserError } from './user-error.ts'

/** Arguments of `format` as yargs gives them. */
interface FormatArguments {
  readonly config: string
  readonly clusterId: string
  readonly standalone: boolean
  readonly ignoreFormatted: boolean
  readonly releaseVersion: string | undefined
  readonly feature: readonly string[]
}

const world = (): World => ({
  clock: new NodeClock(),
  compute: new NodeCompute(),
  disk: new NodeDisk(),
  logger: SILENT_LOGGER,
  network: new NodeNetwork(),
  random: new NodeRandom(),
})

const print = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const readConfig = async (file: string, disk: World['disk']): Promise<BrokerConfig> =>
  configurationOf(file, await readProperties(disk, file))

const metadataVersionOf = (name: string | undefined): number => {
  if (name === undefined) return LATEST_METADATA_VERSION
  const level = metadataVersionFromName(name)
  if (level === undefined) {
    throw new UserError(`the release ${name} is unknown: name one from 3.3-IV3 to 4.3-IV0, such as 4.0`)
  }
  return level
}

/** Reads `feature=level`, several times. */
const featureLevelsOf = (texts: readonly string[], metadataVersion: number): Map<string, number> => {
  const levels = new Map<string, number>()
  for (const text of texts) {
    const [name = '', levelText = ''] = text.split('=')
    const supported = SUPPORTED_FEATURES.get(name)
    if (!supported || name === METADATA_VERSION_FEATURE) {
      const names = [...SUPPORTED_FEATURES.keys()].filter(known => known !== METADATA_VERSION_FEATURE)
      throw new UserError(`the feature in '${text}' is unknown: name one of ${names.join(', ')}`)
    }
    const level = Number(levelText)
    if (!/^\d+$/.test(levelText) || level < supported.min || level > supported.max) {
      throw new UserError(
        `'${text}' is no level of ${name}: give one from ${supported.min} to ${supported.max}`,
      )
    }
    levels.set(name, level)
  }
  const all = new Map([
    [METADATA_VERSION_FEATURE, metadataVersion],
    ...defaultFeatureLevels(metadataVersion),
    ...levels,
  ])
  for (const [name, level] of all) {
    const unmet = level > 0 ? unmetFeatureDependency(name, level, all) : undefined
    if (unmet !== undefined) throw new UserError(`${unmet}: raise that, or lower the other`)
  }
  return levels
}

/** Whether the voter is to stand in the metadata log, as the arguments and the configuration have it. */
const isStandalone = (args: FormatArguments, config: BrokerConfig, levels: Map<string, number>): boolean => {
  const hasVoters = config.controllerQuorumVoters.length > 0
  if (args.standalone && hasVoters) {
    throw new UserError(
      '--standalone and controller.quorum.voters cannot be together: set controller.quorum.bootstrap.servers instead',
    )
  }
  if (!args.standalone && !hasVoters) {
    throw new UserError(
      'controller.quorum.voters is not set, so the quorum must be told: add --standalone for a node that stands alone',
    )
  }
  const kraftVersion = levels.get(KRAFT_VERSION_FEATURE)
  levels.delete(KRAFT_VERSION_FEATURE)
  if (kraftVersion !== undefined && kraftVersion !== (args.standalone ? 1 : 0)) {
    throw new UserError(
      `${KRAFT_VERSION_FEATURE}=${kraftVersion} does not go ${args.standalone ? 'with' : 'without'} --standalone: take one of them out`,
    )
  }
  return args.standalone
}

const checkUnformatted = ({ formatted }: StorageState, ignoreFormatted: boolean): void => {
  const [first] = formatted
  if (first === undefined || ignoreFormatted) return
  throw new UserError(
    `${first.path} is already formatted: use --ignore-formatted to leave it as it is and format the others`,
  )
}

const format = async (args: FormatArguments): Promise<void> => {
  if (!isUuid(args.clusterId)) {
    throw new UserError(`'${args.clusterId}' is no cluster id: make one with kafka-storage.sh random-uuid`)
  }
  const outside = world()
  const config = await readConfig(args.config, outside.disk)
  const metadataVersion = metadataVersionOf(args.releaseVersion)
  const featureLevels = featureLevelsOf(args.feature, metadataVersion)
  const standalone = isStandalone(args, config, featureLevels)
  const request: FormatRequest = { clusterId: args.clusterId, metadataVersion, featureLevels, standalone }
  const state = await storageState(config, { world: outside, clusterId: args.clusterId })
  checkUnformatted(state, args.ignoreFormatted)
  const lines = await formatStorage(config, { world: outside, state, request })
  if (lines.length === 0) print('All of the log directories are already formatted.')
  for (const line of lines) print(line)
}

/** Prints as Kafka's tool does; `false` when something is wrong with the directories. */
const info = async (file: string): Promise<boolean> => {
  const outside = world()
  const config = await readConfig(file, outside.disk)
  const { formatted, unformatted } = await storageState(config, { world: outside, clusterId: undefined })
  const [first] = formatted
  if (first) {
    print(`Found log ${formatted.length === 1 ? 'directory' : 'directories'}:`)
    for (const { path } of formatted) print(`  ${path}`)
    print('')
    const { clusterId, directoryId, nodeId } = first.metaProperties
    print(
      `Found metadata: {cluster.id=${clusterId}, directory.id=${directoryId ?? ''}, node.id=${nodeId}, version=1}`,
    )
    print('')
  }
  if (unformatted.length > 0) {
    print(`Found ${unformatted.length === 1 ? 'problem' : 'problems'}:`)
    for (const path of unformatted) {
      const isThere = await outside.disk.exists(path)
      print(`  ${path} ${isThere ? 'is not formatted.' : 'does not exist'}`)
    }
    print('')
  }
  return unformatted.length === 0
}

/**
 * `kafka-storage.sh`: makes ids, formats data directories and tells what they are.
 * @returns the exit code
 */
export const storage = async (args: readonly string[]): Promise<number> => {
  let exitCode = 0
  await yargs(args)
    .scriptName('kafka-storage.sh')
    .usage('usage: $0 random-uuid | format | info')
    .command('random-uuid', 'Print a random UUID.', {}, () => print(newUuid(world())))
    .command(
      'format',
      'Format the log directories of this node.',
      command =>
        command
          .option('config', {
            alias: 'c',
            type: 'string',
            demandOption: true,
            describe: 'the properties file',
          })
          .option('cluster-id', {
            alias: 't',
            type: 'string',
            demandOption: true,
            describe: 'the id of the cluster',
          })
          .option('standalone', {
            alias: 's',
            type: 'boolean',
            default: false,
            describe: 'this node is the only controller',
          })
          .option('ignore-formatted', {
            alias: 'g',
            type: 'boolean',
            default: false,
            describe: 'leave what is formatted',
          })
          .option('release-version', {
            alias: 'r',
            type: 'string',
            describe: 'metadata.version, such as 4.0; the newest by default',
          })
          .option('feature', {
            alias: 'f',
            type: 'string',
            array: true,
            nargs: 1,
            default: [] as string[],
            describe: 'feature=level',
          }),
      parsed => format(parsed as unknown as FormatArguments),
    )
    .command(
      'info',
      'Tell what the log directories of this node are.',
      command =>
        command.option('config', {
          alias: 'c',
          type: 'string',
          demandOption: true,
          describe: 'the properties file',
        }),
      async ({ config }) => {
        exitCode = (await info(config)) ? 0 : 1
      },
    )
    .demandCommand(1, 'say what to do: random-uuid, format or info')
    .strict()
    .version(false)
    .fail((message, error) => {
      throw error ?? new UserError(`${message}: see kafka-storage.sh --help`)
    })
    .parseAsync()
  return exitCode
}

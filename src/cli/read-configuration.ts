import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve, sep } from 'node:path'
import type { BrokerConfig } from '../config/broker-config.ts'
import type { ConfigTexts } from '../config/config-sources.ts'
import { loadBrokerConfig } from '../config/load-broker-config.ts'
import { MAX_PROPERTIES_BYTES, parseProperties } from '../config/properties-file.ts'
import { type Disk, DiskError } from '../io/disk.ts'
import { NodeDisk } from '../io/node-disk.ts'
import { environmentSettings, withEnvironment } from './environment-config.ts'
import { installationDirectory } from './installation-directory.ts'
import type { StartArguments } from './start-arguments.ts'
import { UserError } from './user-error.ts'

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file: correct its name, or begin with config/server.properties',
  EACCES: 'this user may not read it: change its mode or owner',
  EISDIR: 'it is a directory: name the properties file in it',
  EFBIG: 'it is far too long for a properties file: correct its name',
}

/** Reads a properties file. A name that leads nowhere is told in one line. */
export const readProperties = async (disk: Disk, file: string): Promise<Map<string, string>> => {
  const path = resolve(file)
  try {
    return parseProperties(await disk.readFile(path, MAX_PROPERTIES_BYTES), file)
  } catch (error) {
    if (!(error instanceof DiskError)) throw error
    throw new UserError(`cannot read ${file}: ${UNREADABLE[error.code] ?? error.code}`, { cause: error })
  }
}

/**
 * Where relative paths of a properties file begin: for the files that come with the project at its own directory, so that
 * they work wherever they are started from; for all others, as in Apache Kafka, at the working directory.
 */
const baseDirectoryOf = (file: string): string => {
  const own = installationDirectory()
  if (own === undefined) return process.cwd()
  try {
    const directory = realpathSync(dirname(resolve(file)))
    if (`${directory}${sep}`.startsWith(`${realpathSync(own)}${sep}config${sep}`)) return own
  } catch {
    // It is told when the file is read.
  }
  return process.cwd()
}

/** The node's configuration out of what a file and the command line say. */
export const configurationOf = (file: string, texts: ConfigTexts): BrokerConfig =>
  loadBrokerConfig(texts, { baseDirectory: baseDirectoryOf(file), hostName: hostname() })

/** The configuration that a start with these arguments has. */
export const readConfiguration = async (args: StartArguments): Promise<BrokerConfig> => {
  const texts = await readProperties(new NodeDisk(), args.file)
  const all = args.useEnvironment ? withEnvironment(texts, environmentSettings(process.env)) : texts
  return configurationOf(args.file, new Map([...all, ...args.overrides]))
}

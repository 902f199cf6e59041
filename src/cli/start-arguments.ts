import { UserError } from './user-error.ts'

export const START_USAGE = `usage: kafka-server-start.sh [-daemon] [--debug] FILE [--override key=value]...

  FILE                   the properties file
  --override key=value   a setting over those of the file; may be repeated
  -daemon                run in the background, the log goes to logs/kafkaServer.out (or LOG_DIR)
  --debug                show where an error comes from
  --version              show the version`

/** What kafka-server-start.sh is called with. */
export interface StartArguments {
  /** As the user wrote it. */
  readonly file: string
  readonly overrides: ReadonlyMap<string, string>
  /** A terminal that goes away does not stop the broker. */
  readonly isDaemon: boolean
  /** Errors of the user's are shown with their stack. */
  readonly showStacks: boolean
  /** Settings come from `KAFKA_...` environment variables, too, as in container images. */
  readonly useEnvironment: boolean
}

const override = (text: string | undefined): [string, string] => {
  const equals = text?.indexOf('=') ?? -1
  if (text === undefined || equals <= 0) {
    throw new UserError(`--override needs key=value${text === undefined ? '' : `, not '${text}'`}`)
  }
  return [text.slice(0, equals).trim(), text.slice(equals + 1)]
}

/** Reads the arguments as Apache Kafka's script and class take them; options may stand before or behind the file. */
export const parseStartArguments = (args: readonly string[]): StartArguments => {
  const files: string[] = []
  const overrides = new Map<string, string>()
  const flags = new Set<string>()
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string
    if (argument === '--override') overrides.set(...override(args[++index]))
    else if (argument.startsWith('--override='))
      overrides.set(...override(argument.slice('--override='.length)))
    else if (['-daemon', '--debug', '--from-environment'].includes(argument)) flags.add(argument)
    else if (argument === '-name') index++
    else if (argument === '-loggc') continue
    else if (argument.startsWith('-')) {
      throw new UserError(`unknown option ${argument}: see kafka-server-start.sh --help`)
    } else files.push(argument)
  }
  const [file, another] = files
  if (file === undefined) {
    throw new UserError('the properties file is missing: kafka-server-start.sh config/server.properties')
  }
  if (another !== undefined) throw new UserError(`one properties file is enough: take '${another}' out`)
  return {
    file,
    overrides,
    isDaemon: flags.has('-daemon'),
    showStacks: flags.has('--debug'),
    useEnvironment: flags.has('--from-environment'),
  }
}

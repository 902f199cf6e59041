import { parseStartArguments, START_USAGE } from './start-arguments.ts'
import { UserError, userMessage } from './user-error.ts'

const USAGE = `usage: ottla start | storage | health

  start     start a broker: kafka-server-start.sh
  storage   format data directories: kafka-storage.sh
  health    ask a running broker whether it answers: health FILE`

const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** Each command loads what it needs only when it is called, so that the start is quick. */
const run = async (args: readonly string[]): Promise<number | undefined> => {
  const [command, ...rest] = args
  switch (command) {
    case 'start': {
      if (rest.includes('--help') || rest.includes('-h')) {
        print(START_USAGE)
        return 0
      }
      const startArguments = parseStartArguments(rest)
      const { start } = await import('./start.ts')
      await start(startArguments)
      return undefined
    }
    case 'health': {
      const { health } = await import('./health.ts')
      return health(parseStartArguments(rest))
    }
    case 'storage': {
      const { storage } = await import('./storage.ts')
      return storage(rest)
    }
    case '--help':
    case '-h':
      print(USAGE)
      return 0
    case '--version': {
      const { version } = await import('./version.ts')
      print(version())
      return 0
    }
    default:
      throw new UserError(
        command === undefined
          ? 'say what to do: ottla start, ottla storage or ottla health'
          : `'${command}' is unknown: ottla start, ottla storage or ottla health`,
      )
  }
}

const main = async (): Promise<void> => {
  const args = process.argv.slice(2)
  try {
    const code = await run(args)
    if (code !== undefined) process.exitCode = code
  } catch (error) {
    const message = userMessage(error)
    const isForUser = message !== undefined && !args.includes('--debug')
    const text = isForUser ? message : error instanceof Error ? error.stack : String(error)
    process.stderr.write(`ottla: ${text}\n`)
    process.exitCode = 1
  }
}

void main()

import type { Logger } from '../io/logger.ts'
import type { Node } from '../node.ts'
import { userMessage } from './user-error.ts'

const STOP_TIMEOUT_MS = 10_000

export interface BrokerProcessOptions {
  readonly logger: Logger
  /** Writes what of the log is still waiting. */
  readonly flushLog: () => void
  /** A user's error is shown with its stack. */
  readonly showStacks: boolean
  /** A terminal that goes away does not stop the broker. */
  readonly isDaemon: boolean
}

/**
 * The life of the process around a node: signals end it in order (exit code 0) within ten seconds, faults at once (1). A
 * second signal ends it without waiting.
 */
export class BrokerProcess {
  readonly #options: BrokerProcessOptions
  readonly #logger: Logger
  #node: Node | undefined
  #starting: Promise<void> | undefined
  #isStopping = false

  constructor(options: BrokerProcessOptions) {
    this.#options = options
    this.#logger = options.logger.named('kafka.server.KafkaRaftServer')
  }

  listen(): void {
    process.on('SIGTERM', () => this.#onSignal('SIGTERM'))
    process.on('SIGINT', () => this.#onSignal('SIGINT'))
    process.on('SIGHUP', () => {
      if (!this.#options.isDaemon) this.#onSignal('SIGHUP')
    })
    process.on('uncaughtException', error => this.#die(error, 'an error that nobody has handled'))
    process.on('unhandledRejection', error => this.#die(error, 'a rejection that nobody has handled'))
  }

  /** The node cannot go on. What it had acknowledged is on disk; the rest is told by the next start. */
  onNodeFailed(error: Error): void {
    this.#die(error, 'the node cannot go on')
  }

  /** Resolves to whether the node is up; it is not when a signal came first. */
  async run(node: Node): Promise<boolean> {
    this.#node = node
    this.#starting = node.start()
    await this.#starting
    return !this.#isStopping
  }

  /** Ends the process after a failed start: with one line for what the user can put right, else with all there is. */
  fail(error: unknown): void {
    const message = userMessage(error)
    if (message === undefined) {
      this.#die(error, 'the start has failed')
      return
    }
    if (this.#options.showStacks) this.#logger.error({ error }, message)
    this.#end(1, `ottla: ${message}\n`)
  }

  #onSignal(signal: string): void {
    if (this.#isStopping) {
      this.#logger.warn({}, `${signal} again: ending at once`)
      this.#end(1)
      return
    }
    this.#isStopping = true
    this.#logger.info({}, `${signal}: stopping`)
    const timer = setTimeout(() => {
      this.#die(new Error(`not stopped within ${STOP_TIMEOUT_MS} ms`), 'the stop has taken too long')
    }, STOP_TIMEOUT_MS)
    void this.#stopNode().then(
      () => {
        clearTimeout(timer)
        this.#logger.info({}, 'stopped')
        this.#end(0)
      },
      error => this.#die(error, 'the stop has failed'),
    )
  }

  async #stopNode(): Promise<void> {
    // A start that fails is told by whoever has called it.
    await this.#starting?.catch(() => {})
    await this.#node?.stop()
  }

  #die(error: unknown, message: string): void {
    this.#logger.fatal({ error }, message)
    this.#end(1)
  }

  #end(code: number, lastWords = ''): void {
    this.#options.flushLog()
    if (lastWords !== '') process.stderr.write(lastWords)
    process.exit(code)
  }
}

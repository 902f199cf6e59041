import { expect, vi } from 'vitest'
import type { Broker } from '../../harness/broker.ts'
import type { ToolResult, ToolRunner } from '../../harness/tool-runner.ts'
import type { Release, ToolName } from './releases.ts'

/** What a user does with the tools of one release, and what must come of it. */
export interface Scenario {
  /** A sentence. */
  readonly name: string
  /** The tools without which a release is not asked. */
  readonly tools: readonly ToolName[]
  /** The first release that can do it, where not all that have the tools can. */
  readonly since?: string
  readonly run: (tools: ReleaseTools) => Promise<void>
}

/** The tools of one release, pointed at one broker. */
export class ReleaseTools {
  readonly release: Release
  readonly broker: Broker
  /** `--bootstrap-server HOST:PORT`. */
  readonly server: string
  readonly #runner: ToolRunner

  constructor(release: Release, { broker, runner }: { broker: Broker; runner: ToolRunner }) {
    this.release = release
    this.broker = broker
    this.server = `--bootstrap-server ${broker.bootstrapServers}`
    this.#runner = runner
  }

  /** The name of a topic or a group of this release's own: the releases share one broker. */
  name(word: string): string {
    return `${word}-${this.release.version.replaceAll('.', '-')}`
  }

  /** Runs a tool to its end; the arguments are parted by blanks. */
  run(tool: ToolName, args: string, stdin = ''): Promise<ToolResult> {
    const mainClass = this.release.tools[tool]
    if (!mainClass) throw new Error(`release ${this.release.version} has no ${tool}`)
    // The console consumer counts the records that it prints in a static field.
    const fresh = tool === 'kafka-console-consumer'
    return this.#runner.run({ mainClass, args: args.trim().split(/\s+/), stdin, fresh })
  }

  /** Runs a tool that must end with 0 and resolves to what it prints. */
  async succeed(tool: ToolName, args: string, stdin = ''): Promise<string> {
    const result = await this.run(tool, args, stdin)
    expect(result, `${tool} ${args}`).toMatchObject({ code: 0 })
    return result.stdout
  }

  /** Runs a tool that must not end with 0 and resolves to all that it prints. */
  async fail(tool: ToolName, args: string): Promise<string> {
    const result = await this.run(tool, args)
    expect(result.code, `${tool} ${args}\n${result.stdout}`).not.toBe(0)
    return result.stdout + result.stderr
  }

  /** Creates a topic with one partition, if not told otherwise, and waits until it is listed. */
  async createTopic(topic: string, more = '--partitions 1 --replication-factor 1'): Promise<string> {
    await this.succeed('kafka-topics', `${this.server} --create --topic ${topic} ${more}`)
    await eventually(async () => expect(await this.topics()).toContain(topic))
    return topic
  }

  /** The topics that `kafka-topics --list` prints. */
  async topics(): Promise<string[]> {
    return lines(await this.succeed('kafka-topics', `${this.server} --list`))
  }

  /** Sends lines through the console producer, over the first of the release's server options. */
  async produce(topic: string, values: readonly string[], more = ''): Promise<void> {
    const [option] = this.release.producerServerOptions
    const args = `${option} ${this.broker.bootstrapServers} --topic ${topic} ${more}`
    await this.succeed('kafka-console-producer', args, values.map(value => `${value}\n`).join(''))
  }

  /**
   * Reads a number of records with the console consumer and resolves to the lines that it prints: fewer when they do
   * not come within twenty seconds.
   */
  async consume(topic: string, count: number, more = '--from-beginning'): Promise<string[]> {
    const args = `${this.server} --topic ${topic} --max-messages ${count} --timeout-ms 20000 ${more}`
    return lines(await this.succeed('kafka-console-consumer', args))
  }

  /** The offsets that `kafka-get-offsets` prints, by partition. */
  async offsets(topic: string, more = '--time -1'): Promise<Record<number, number>> {
    const args = `${this.release.offsetsServerOption} ${this.broker.bootstrapServers} --topic ${topic} ${more}`
    const printed = lines(await this.succeed('kafka-get-offsets', args))
    return Object.fromEntries(
      printed.map(line => {
        const [name, partition, offset] = line.split(':')
        expect(name).toBe(topic)
        return [Number(partition), Number(offset)]
      }),
    )
  }
}

/**
 * Repeats a look until it finds what it expects: a change of metadata is answered when the controller has it, and a
 * broker shows it a little later.
 */
export const eventually = (look: () => Promise<void>): Promise<void> =>
  vi.waitFor(look, { timeout: 60_000, interval: 50 })

/** The lines of a text that hold something. */
export const lines = (text: string): string[] => text.split('\n').filter(line => line.trim() !== '')

/** The words of those lines of a table that have a certain word, from that word on. */
export const rowsFrom = (text: string, word: string): string[][] =>
  lines(text)
    .map(line => line.trim().split(/\s+/))
    .filter(words => words.includes(word))
    .map(words => words.slice(words.indexOf(word)))

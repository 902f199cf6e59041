import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { cachedFolder, type Jars } from './maven.ts'
import { type ProcessGroup, runProcessOrThrow, startProcessGroup } from './process.ts'
import { requireTool } from './require-tool.ts'

/** What a tool printed and how it ended. */
export interface ToolResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** One run of a tool: the class with its main method, its arguments and its standard input. */
export interface ToolCall {
  readonly mainClass: string
  readonly args: readonly string[]
  readonly stdin?: string | Uint8Array
  /** Loads the tool's classes anew, for one that keeps state in them from run to run. Costs half a second. */
  readonly fresh?: boolean
  /** After so long the whole JVM is killed and the call fails. Default: one minute. */
  readonly timeoutMs?: number
}

/** A JVM that runs the command-line tools of one release, several at a time if need be. */
export interface ToolRunner {
  run(call: ToolCall): Promise<ToolResult>
  stop(): Promise<void>
}

const SOURCE = join(import.meta.dirname, 'ToolRunner.java')
const CALL_TIMEOUT_MS = 60_000
const JVM_FLAGS = [
  '-Xshare:auto',
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Xmx384m',
  '--add-opens=java.base/java.lang=ALL-UNNAMED',
]

const compiledRunner = (): Promise<string> => {
  const identity = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12)
  return cachedFolder(`tool-runner-${identity}`, async folder => {
    requireTool('javac')
    await runProcessOrThrow('javac', ['--release', '11', '-d', folder, SOURCE])
  })
}

const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64')

const decode = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString()

interface Pending {
  readonly call: ToolCall
  readonly resolve: (result: ToolResult) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** The runs under way in one JVM, by number. */
class Calls {
  #pending = new Map<number, Pending>()
  #lastNumber = 0
  #failure: Error | undefined

  start(group: ProcessGroup, call: ToolCall): Promise<ToolResult> {
    if (this.#failure) return Promise.reject(this.#failure)
    const number = ++this.#lastNumber
    return new Promise((resolve, reject) => {
      const timeoutMs = call.timeoutMs ?? CALL_TIMEOUT_MS
      const timer = setTimeout(() => {
        this.failAll(`${describeCall(call)} did not end within ${timeoutMs} ms`)
        group.killGroup()
      }, timeoutMs)
      this.#pending.set(number, { call, resolve, reject, timer })
      const fields = [call.mainClass, call.stdin ?? '', ...call.args].map(encode)
      group.child.stdin?.write(`${number} ${call.fresh ? 'fresh' : 'shared'} ${fields.join(' ')}\n`)
    })
  }

  finish(line: string): void {
    const [number, code, stdout, stderr] = line.split(' ')
    const pending = this.#pending.get(Number(number))
    if (!pending) return
    this.#pending.delete(Number(number))
    clearTimeout(pending.timer)
    pending.resolve({ code: Number(code), stdout: decode(stdout), stderr: decode(stderr) })
  }

  failAll(reason: string): void {
    this.#failure ??= new Error(reason)
    for (const { call, reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new Error(`${describeCall(call)}: ${reason}`))
    }
    this.#pending.clear()
  }
}

const describeCall = ({ mainClass, args }: ToolCall): string => [mainClass, ...args].join(' ')

/** Starts a JVM with these jars on its class path. Needs `java` and, the first time, `javac`. */
export const startToolRunner = async (jars: Jars): Promise<ToolRunner> => {
  requireTool('java')
  const classPath = `${await compiledRunner()}:${jars.classPath}`
  const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=off'
  const group = await startProcessGroup('java', [...JVM_FLAGS, quiet, '-cp', classPath, 'ToolRunner'])
  const calls = new Calls()
  const complaints: Buffer[] = []
  group.child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk))
  if (group.child.stdout)
    createInterface({ input: group.child.stdout }).on('line', line => calls.finish(line))
  void group.end.then(({ code, signal }) => {
    calls.failAll(`the JVM ended with ${signal ?? code}\n${Buffer.concat(complaints)}`)
  })
  return {
    run: call => calls.start(group, call),
    stop: async () => {
      group.child.stdin?.end()
      const timer = setTimeout(() => group.killGroup(), 5_000)
      await group.end
      clearTimeout(timer)
    },
  }
}

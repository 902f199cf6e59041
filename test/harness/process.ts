import { type ChildProcess, spawn } from 'node:child_process'

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ProcessResult extends ProcessEnd {
  readonly stdout: string
  readonly stderr: string
}

export interface ProcessOptions {
  readonly cwd?: string | undefined
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly stdin?: string | Uint8Array | undefined
  /** After so long the process and all it started are killed and the promise fails. Default: two minutes. */
  readonly timeoutMs?: number | undefined
}

const groups = new Set<number>()
let watching = false

const signalGroup = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(-pid, signal)
  } catch {
    // The group is gone already.
  }
}

/** A process that leads a process group of its own, so that it and all it starts can be ended together. */
export interface ProcessGroup {
  readonly child: ChildProcess
  readonly pid: number
  readonly end: Promise<ProcessEnd>
  /** The whole group, at once. */
  killGroup(): void
}

/** Starts a command in a process group of its own; the group is killed when this process ends at the latest. */
export const startProcessGroup = (
  command: string,
  args: readonly string[],
  options: Pick<ProcessOptions, 'cwd' | 'env'> = {},
): Promise<ProcessGroup> => {
  if (!watching) {
    watching = true
    process.on('exit', () => {
      for (const pid of groups) signalGroup(pid, 'SIGKILL')
    })
  }
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // A child that ends before it has read its input is no error of the test's.
  child.stdin.on('error', () => {})
  return new Promise((resolve, reject) => {
    child.once('error', error => reject(new Error(`cannot start ${command}: ${error.message}`)))
    child.once('spawn', () => {
      const pid = child.pid as number
      groups.add(pid)
      const end = new Promise<ProcessEnd>(ended => {
        child.once('close', (code, signal) => {
          groups.delete(pid)
          ended({ code, signal })
        })
      })
      resolve({ child, pid, end, killGroup: () => signalGroup(pid, 'SIGKILL') })
    })
  })
}

/**
 * Runs a command to its end and collects what it prints. Any exit code is a result; a command that cannot be started
 * or that outlives `timeoutMs` is an error that carries the output so far.
 */
export const runProcess = async (
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> => {
  const group = await startProcessGroup(command, args, options)
  const { child } = group
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin?.end(options.stdin)
  const timeoutMs = options.timeoutMs ?? 120_000
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    group.killGroup()
  }, timeoutMs)
  const end = await group.end
  clearTimeout(timer)
  const out = Buffer.concat(stdout).toString()
  const err = Buffer.concat(stderr).toString()
  if (timedOut) {
    throw new Error(`${[command, ...args].join(' ')} did not end within ${timeoutMs} ms\n${out}\n${err}`)
  }
  return { ...end, stdout: out, stderr: err }
}

/** As `runProcess`, but an exit code other than 0 is an error that carries the output. Resolves to the standard output. */
export const runProcessOrThrow = async (
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<string> => {
  const { code, signal, stdout, stderr } = await runProcess(command, args, options)
  if (code !== 0) {
    throw new Error(`${[command, ...args].join(' ')} ended with ${signal ?? code}\n${stdout}\n${stderr}`)
  }
  return stdout
}

import { spawn } from 'node:child_process'
import { existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runProcess, runProcessOrThrow } from '../../harness/process.ts'
import { removeFolder, temporaryFolder } from '../../harness/temporary-folder.ts'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000

/** A Docker engine of the test's own: its data, its socket and its processes go with it. */
export interface DockerEngine {
  /** For `docker` and `docker-compose`. */
  readonly environment: Readonly<Record<string, string>>
  docker(args: readonly string[], options?: { timeoutMs?: number; stdin?: Uint8Array }): Promise<string>
  stop(): Promise<void>
}

/**
 * What a test can do without an engine on the machine: without the default bridge and without rules in the machine's
 * packet filter, so that nothing is left behind in its network. Ports are published by a process that forwards.
 */
const engineArguments = (folder: string): string[] => [
  ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
  ...['--host', `unix://${join(folder, 'docker.sock')}`, '--pidfile', join(folder, 'docker.pid')],
  ...[
    '--storage-driver',
    'overlay2',
    '--bridge=none',
    '--iptables=false',
    '--ip-forward=false',
    '--ip-masq=false',
  ],
]

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const waitForEnd = async (pid: number): Promise<void> => {
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`the Docker engine (${pid}) did not stop`)
    await delay(100)
  }
}

/** Starts an engine in a temporary folder. Needs root. */
export const startDockerEngine = async (): Promise<DockerEngine> => {
  const folder = temporaryFolder('docker')
  const log = join(folder, 'dockerd.log')
  const output = openSync(log, 'w')
  const engine = spawn('dockerd', engineArguments(folder), { stdio: ['ignore', output, output] })
  const pid = engine.pid
  if (pid === undefined) throw new Error('dockerd cannot be started')
  const killAtExit = (): void => {
    engine.kill('SIGTERM')
  }
  process.on('exit', killAtExit)

  const environment = { DOCKER_HOST: `unix://${join(folder, 'docker.sock')}`, DOCKER_BUILDKIT: '0' }
  const docker: DockerEngine['docker'] = (args, options = {}) =>
    runProcessOrThrow('docker', args, { env: environment, ...options })

  const deadline = Date.now() + START_TIMEOUT_MS
  for (;;) {
    const { code } = await runProcess('docker', ['info'], { env: environment })
    if (code === 0) break
    if (!isAlive(pid) || engine.exitCode !== null || Date.now() > deadline) {
      engine.kill('SIGKILL')
      throw new Error(`dockerd did not start:\n${readFileSync(log, 'utf8')}`)
    }
    await delay(200)
  }

  return {
    environment,
    docker,
    stop: async () => {
      engine.kill('SIGTERM')
      await waitForEnd(pid)
      process.off('exit', killAtExit)
      await releaseMounts(folder)
      removeFolder(folder)
    },
  }
}

/** A container that did not go in order leaves file systems mounted. */
const releaseMounts = async (folder: string): Promise<void> => {
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map(line => line.split(' ')[1] ?? '')
    .filter(path => path.startsWith(`${folder}/`))
    .sort()
    .reverse()
  for (const path of mounts) if (existsSync(path)) await runProcess('umount', ['-l', path])
}

import { randomUUID } from 'node:crypto'
import { link, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { DiskError } from './disk.ts'

/** Two that take over the same lock at once both wait so long before they look who came last. */
const takeoverSettleMs = 20

/** Lock files of this process, so that it does not take its own for those of a namesake that died. */
const held = new Set<string>()

/**
 * Takes the lock at `path`: a file that names its process by id, start and boot of the machine, so that a reused id
 * is not taken for the one that wrote it. Apache Kafka leaves an empty file behind and locks it with the system
 * while it runs: such a lock is respected where the system tells (`/proc/locks`).
 */
export async function takeLockFile(path: string): Promise<{ release(): Promise<void> }> {
  if (held.has(path)) throw locked(path)
  held.add(path)
  try {
    const token = await describeProcess(process.pid)
    const temporary = `${path}.${randomUUID()}`
    await writeFile(temporary, `${token}\n`)
    try {
      await placeLock(path, temporary, token)
    } finally {
      await unlink(temporary).catch(() => {})
    }
  } catch (error) {
    held.delete(path)
    throw error
  }
  return {
    release: async () => {
      await unlink(path).catch(() => {})
      held.delete(path)
    },
  }
}

async function placeLock(path: string, temporary: string, token: string): Promise<void> {
  try {
    // A link fails when the name is taken, and the file is never seen half written.
    await link(temporary, path)
    return
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (await isHeldByOther(path, token)) throw locked(path)
  await rename(temporary, path)
  await setTimeout(takeoverSettleMs)
  if ((await readOwner(path)) !== token) throw locked(path)
}

async function isHeldByOther(path: string, token: string): Promise<boolean> {
  if (await isLockedInSystem(path)) return true
  const owner = await readOwner(path)
  const processId = Number(owner.split(' ')[0])
  if (owner === token || !Number.isSafeInteger(processId) || processId <= 0 || !isAlive(processId))
    return false
  return (await describeProcess(processId)) === owner
}

async function readOwner(path: string): Promise<string> {
  return (await readFile(path, 'latin1').catch(() => '')).slice(0, 256).trim()
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** `PID START BOOT`; start and boot are `-` where the system has no `/proc`. */
async function describeProcess(processId: number): Promise<string> {
  const status = await readFile(`/proc/${processId}/stat`, 'latin1').catch(() => '')
  // The second field is the command in parentheses and may hold anything; the start is the 22nd.
  const start = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '-')
  return `${processId} ${start} ${boot.trim()}`
}

async function isLockedInSystem(path: string): Promise<boolean> {
  const locks = await readFile('/proc/locks', 'latin1').catch(() => '')
  const { ino } = await stat(path)
  return locks.split('\n').some(line => line.includes(' POSIX ') && line.includes(`:${ino} `))
}

function locked(path: string): DiskError {
  return new DiskError({ code: 'ELOCKED', path, operation: 'lock' })
}

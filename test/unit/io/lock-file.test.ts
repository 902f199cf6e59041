import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { takeLockFile } from '../../../src/io/lock-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ottla-lock-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const lockModule = join(import.meta.dirname, '../../../src/io/lock-file.ts')

/** A process that takes the lock and then waits to be told to go. */
function holder(path: string) {
  const program = `
    const { takeLockFile } = await import(${JSON.stringify(lockModule)})
    await takeLockFile(${JSON.stringify(path)})
    console.log('taken')
    process.stdin.resume()`
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

it('refuses a lock of a living process and takes over that of a killed one', async () => {
  const path = join(folder, '.lock')
  const other = holder(path)
  await once(other.stdout, 'data')
  await expect(takeLockFile(path)).rejects.toMatchObject({ code: 'ELOCKED', path })
  other.kill('SIGKILL')
  await once(other, 'exit')
  const lock = await takeLockFile(path)
  expect(await readFile(path, 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  await lock.release()
  expect(await readdir(folder)).toEqual([])
})

it('takes over a lock whose process id has been given to another process', async () => {
  const path = join(folder, '.lock')
  await writeFile(path, `${process.ppid} 1 another-boot\n`)
  await (await takeLockFile(path)).release()
})

it('takes over a lock that its own process id wrote in an earlier life', async () => {
  const path = join(folder, '.lock')
  await writeFile(path, `${process.pid} 1 another-boot\n`)
  await (await takeLockFile(path)).release()
})

it.each(['', 'not a number\n', '-1 2 3\n', '99999999999999999999 1 1'])(
  'takes over a lock file with the content %j that no process holds',
  async content => {
    const path = join(folder, '.lock')
    await writeFile(path, content)
    await (await takeLockFile(path)).release()
  },
)

it('gives the lock to one of many that want it at once', async () => {
  const path = join(folder, '.lock')
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => takeLockFile(path)))
  expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(1)
})

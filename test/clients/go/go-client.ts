import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cachedFolder } from '../../harness/maven.ts'
import { runProcessOrThrow } from '../../harness/process.ts'
import type { ClientProgram } from '../client-program.ts'

const BUILD_TIMEOUT_MS = 900_000

/** The program of franz-go, built into the test cache; again when one of its sources has changed. */
export const franzGo = async (): Promise<ClientProgram> => {
  const source = import.meta.dirname
  const identity = createHash('sha256')
  for (const name of readdirSync(source).sort()) {
    if (/\.(go|mod|sum)$/.test(name)) identity.update(name).update(readFileSync(join(source, name)))
  }
  const folder = await cachedFolder(`go-client-${identity.digest('hex').slice(0, 12)}`, async unfinished => {
    await runProcessOrThrow('go', ['build', '-o', join(unfinished, 'client'), '.'], {
      cwd: source,
      env: { GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' },
      timeoutMs: BUILD_TIMEOUT_MS,
    })
  })
  return { command: join(folder, 'client'), args: [] }
}

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cachedFolder } from './maven.ts'
import { runProcess } from './process.ts'

const BUILD_TIMEOUT_MS = 900_000

/** The program of a folder with Go sources, built into the test cache; again when one of its sources has changed. */
export const goProgram = async (sourceFolder: string): Promise<string> => {
  const identity = createHash('sha256')
  for (const name of readdirSync(sourceFolder).sort()) {
    if (/\.(go|mod|sum)$/.test(name)) identity.update(name).update(readFileSync(join(sourceFolder, name)))
  }
  const name = `go-${basename(sourceFolder)}-${identity.digest('hex').slice(0, 12)}`
  const folder = await cachedFolder(name, async unfinished => {
    const { code, stdout, stderr } = await runProcess(
      'go',
      ['build', '-o', join(unfinished, 'program'), '.'],
      {
        cwd: sourceFolder,
        env: { GOFLAGS: '-mod=readonly', CGO_ENABLED: '0' },
        timeoutMs: BUILD_TIMEOUT_MS,
      },
    )
    if (code !== 0) throw new Error(`go could not build ${sourceFolder}:\n${stdout}${stderr}`)
  })
  return join(folder, 'program')
}

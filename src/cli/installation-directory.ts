import { existsSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The directory that holds `bin` and `config`; `undefined` when the program stands alone. The bundle lies in `dist`, the
 * source in `src/cli`.
 */
export const installationDirectory = (): string | undefined => {
  for (const up of ['..', join('..', '..')]) {
    const directory = join(import.meta.dirname, up)
    if (existsSync(join(directory, 'bin', 'ottla.cjs'))) return directory
  }
  return undefined
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TEMPORARY_ROOT } from './temporary-root.ts'

const folders = new Set<string>()
let watching = false

/** Makes a new, empty folder under the run's temporary folder, outside of a run the system's. It is removed with that at the latest. */
export const temporaryFolder = (name = 'test'): string => {
  if (!watching) {
    watching = true
    process.on('exit', () => {
      for (const folder of folders) removeFolder(folder)
    })
  }
  const folder = mkdtempSync(join(process.env[TEMPORARY_ROOT] ?? tmpdir(), `ottla-${name}-`))
  folders.add(folder)
  return folder
}

/** Removes a folder and all in it; one that is gone is no error. */
export const removeFolder = (folder: string): void => {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set<string>()
let watching = false

/** Makes a new, empty folder under the system's temporary folder. It is removed when this process ends at the latest. */
export const temporaryFolder = (name = 'test'): string => {
  if (!watching) {
    watching = true
    process.on('exit', () => {
      for (const folder of folders) removeFolder(folder)
    })
  }
  const folder = mkdtempSync(join(tmpdir(), `ottla-${name}-`))
  folders.add(folder)
  return folder
}

/** Removes a folder and all in it; one that is gone is no error. */
export const removeFolder = (folder: string): void => {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { installationDirectory } from './installation-directory.ts'

/** The version of this installation, as its package says. */
export const version = (): string => {
  const directory = installationDirectory()
  if (directory === undefined) return 'unknown'
  const text = readFileSync(join(directory, 'package.json'), 'utf8')
  const { name, version: number } = JSON.parse(text) as { name: string; version: string }
  return `${name} ${number}`
}

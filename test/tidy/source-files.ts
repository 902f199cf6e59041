import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One file of the project, as the rules look at it. */
export interface SourceFile {
  /** From the project's root: `src/log/partition-log.ts`. */
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  /** What it imports: files of ours from the root, everything else as written (`node:fs`, `pino`). */
  readonly imports: readonly string[]
}

export const root = resolve(import.meta.dirname, '../..')

/** What is made or fetched, and no part of the project. */
const foreign = ['.git', 'node_modules', 'dist', 'data', 'logs', 'coverage', '.cache']

/** The files that belong to the project, from its root. */
export function projectFiles(): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(({ name }) => !foreign.includes(name))
    .flatMap(entry => (entry.isDirectory() ? filesBelow(entry.name) : [entry.name]))
    .sort()
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .filter(path => !path.split('/').some(name => foreign.includes(name)))
}

export function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => {
    const written = specifier as string
    return written.startsWith('.') ? join(dirname(path), written) : written
  })
  return { path, text, lines: text.split('\n'), imports }
}

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, test } from 'vitest'

/** The programs that a machine may lack and that a suite with a real client needs. */
export type Tool =
  | 'java'
  | 'javac'
  | 'mvn'
  | 'python3'
  | 'go'
  | 'docker'
  | 'kcat'
  | 'dockerd'
  | 'docker-compose'
  | 'debootstrap'

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether a tool is on this machine's PATH. */
export const hasTool = (name: Tool): boolean => {
  const { PATH = '' } = process.env
  return PATH.split(delimiter).some(folder => folder !== '' && isExecutable(join(folder, name)))
}

/** Throws, with what to do about it, when a tool is not on this machine. */
export const requireTool = (name: Tool): void => {
  if (!hasTool(name)) throw new Error(`'${name}' is not on the PATH: install it from your system's packages`)
}

/**
 * A suite that needs tools. Where one is missing the suite is reported as skipped, with the tool's name in its own; with
 * `CI=true` it fails instead, since there nothing may go untested unnoticed.
 */
export const describeWithTools = (tools: readonly Tool[], name: string, body: () => void): void => {
  const missing = tools.filter(tool => !hasTool(tool))
  const { CI } = process.env
  if (missing.length > 0 && CI === 'true') {
    describe(name, () => {
      test(`${missing.join(', ')} must be on the machine`, () => {
        for (const tool of missing) requireTool(tool)
      })
    })
    return
  }
  const title = missing.length > 0 ? `${name} (skipped: this machine has no ${missing.join(', ')})` : name
  describe.skipIf(missing.length > 0)(title, body)
}

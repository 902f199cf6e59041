import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { cachedFolder } from '../harness/maven.ts'
import { runProcess, runProcessOrThrow } from '../harness/process.ts'

/** kafka-python 2.0.2 and PySpark 3.3 do not load in Python 3.12 or newer. */
const OLDEST = 8
const NEWEST = 11
const CANDIDATES = ['python3', ...['11', '10', '9', '8'].map(minor => `python3.${minor}`)]
const WANTED = `Python 3.${OLDEST} to 3.${NEWEST} with venv`
const INSTALL_TIMEOUT_MS = 900_000

const isSuitable = async (command: string): Promise<boolean> => {
  const check = `import sys, venv; sys.exit(not (3, ${OLDEST}) <= sys.version_info[:2] <= (3, ${NEWEST}))`
  try {
    return (await runProcess(command, ['-c', check])).code === 0
  } catch {
    return false
  }
}

const findPython = async (): Promise<string | undefined> => {
  for (const command of CANDIDATES) {
    if (await isSuitable(command)) return command
  }
  return undefined
}

const python = await findPython()

/**
 * A suite that needs a Python which old clients load in. Where there is none the suite is reported as skipped by name;
 * with `CI=true` it fails.
 */
export const describeWithPython = (name: string, body: () => void): void => {
  if (python === undefined && process.env['CI'] === 'true') {
    describe(name, () => {
      test(`${WANTED} must be on the machine`, () => {
        throw new Error(`none of ${CANDIDATES.join(', ')} on the PATH is ${WANTED}`)
      })
    })
    return
  }
  const title = python === undefined ? `${name} (skipped: this machine has no ${WANTED})` : name
  describe.skipIf(python === undefined)(title, body)
}

/** A virtual environment with these packages, made once in the test cache. Resolves to its Python. */
export const pythonEnvironment = async ({
  name,
  packages,
}: {
  name: string
  packages: readonly string[]
}): Promise<string> => {
  if (python === undefined) throw new Error(`there is no ${WANTED}`)
  const identity = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 12)
  const folder = await cachedFolder(`python-${name}-${identity}`, async unfinished => {
    await runProcessOrThrow(python, ['-m', 'venv', unfinished])
    const install = ['-m', 'pip', 'install', '--quiet', '--no-input', ...packages]
    await runProcessOrThrow(join(unfinished, 'bin', 'python'), install, { timeoutMs: INSTALL_TIMEOUT_MS })
  })
  return join(folder, 'bin', 'python')
}

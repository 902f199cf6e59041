import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Where the temporary folders of this run lie, for the workers that run its tests. */
export const TEMPORARY_ROOT = 'OTTLA_TEST_TMP'

/** Once per run: a folder for everything temporary. The workers are ended without a word, so the run cleans up for them. */
export const setup = (): void => {
  process.env[TEMPORARY_ROOT] ??= mkdtempSync(join(tmpdir(), 'ottla-tests-'))
}

export const teardown = (): void => {
  const root = process.env[TEMPORARY_ROOT]
  if (root !== undefined) rmSync(root, { recursive: true, force: true, maxRetries: 5 })
}

import { defineConfig } from 'vitest/config'

const project = (name: string, options: object = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: ['test/harness/temporary-root.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    ...options,
  },
})

/** Projects run by what they need: `tidy` and `unit` nothing, `integration` a broker of ours, the rest real clients. */
export default defineConfig({
  test: {
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      project('tidy'),
      project('unit'),
      project('conformance', { testTimeout: 600_000, hookTimeout: 900_000 }),
      project('fuzz', { testTimeout: 300_000 }),
      project('integration', { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('clients', { testTimeout: 900_000, hookTimeout: 1_800_000, fileParallelism: false }),
    ],
  },
})

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releases } from '../../clients/java/releases.ts'
import { ReleaseTools } from '../../clients/java/scenario.ts'
import {
  type Broker,
  type BrokerOptions,
  clusterIdOf,
  type Implementation,
  ORACLE_VERSION,
  startBroker,
  testedImplementation,
} from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { removeFolder, temporaryFolder } from '../../harness/temporary-folder.ts'
import { startToolRunner, type ToolRunner } from '../../harness/tool-runner.ts'
import { type Contents, expectFilled, fill, goOn, readContents } from './contents.ts'
import { directoryFiles, dumpLogSegments } from './dump-log-segments.ts'

const release = releases.find(({ version }) => version === ORACLE_VERSION)

/** Who writes a directory, and who then takes a copy of it over, one after the other. */
const tested = testedImplementation()
const successions: readonly (readonly Implementation[])[] =
  tested === 'apache'
    ? [['apache', 'apache', 'apache']]
    : [
        ['ottla', 'apache', 'ottla'],
        ['apache', 'ottla', 'apache'],
      ]

const names = { ottla: 'Ottla', apache: 'Apache Kafka' } as const

/** A copy of a stopped broker's directory, with the name of the round. */
const copyDirectory = (from: string, round: number): string => {
  const folder = join(temporaryFolder(`copy-${round}`), 'data')
  cpSync(from, folder, { recursive: true, preserveTimestamps: true })
  return folder
}

const dumpAll = async (runner: ToolRunner, dataDirectory: string): Promise<void> => {
  const { topics, offsets, metadata } = directoryFiles(dataDirectory)
  await dumpLogSegments(runner, topics, ['--deep-iteration'])
  await dumpLogSegments(runner, offsets, ['--offsets-decoder'])
  await dumpLogSegments(runner, metadata, ['--cluster-metadata-decoder'])
}

describeWithTools(['java', 'javac', 'mvn'], 'a directory is handed over after a clean stop', () => {
  let runner: ToolRunner

  beforeAll(async () => {
    if (!release) throw new Error(`no tools of ${ORACLE_VERSION}`)
    runner = await startToolRunner(await release.jars())
  })

  afterAll(async () => {
    await runner?.stop()
  })

  const toolsFor = (broker: Broker): ReleaseTools => {
    if (!release) throw new Error(`no tools of ${ORACLE_VERSION}`)
    return new ReleaseTools(release, { broker, runner })
  }

  /** Runs one broker from its start to its clean stop, and reads the contents before it stops. */
  const run = async (
    options: BrokerOptions,
    work: (tools: ReleaseTools) => Promise<void>,
  ): Promise<{ broker: Broker; contents: Contents }> => {
    const broker = await startBroker(options)
    try {
      await work(toolsFor(broker))
      const contents = await readContents(toolsFor(broker))
      expect(await broker.stop()).toBe(0)
      return { broker, contents }
    } finally {
      await broker.kill()
    }
  }

  for (const quorum of ['static', 'dynamic'] as const) {
    for (const succession of successions) {
      test(`from ${succession.map(name => names[name]).join(' to ')}, quorum ${quorum}`, async () => {
        const [first, ...others] = succession
        if (!first) throw new Error('nobody begins')
        let { broker, contents } = await run({ implementation: first, quorum }, fill)
        expectFilled(contents)
        const clusterId = clusterIdOf(broker.dataDirectory)
        for (const [index, implementation] of others.entries()) {
          const dataDirectory = copyDirectory(broker.dataDirectory, index + 1)
          removeFolder(broker.dataDirectory)
          const before = contents
          const next = await run(
            { implementation, quorum, dataDirectory, ports: broker.ports },
            async tools => {
              expect(await readContents(tools)).toEqual(before)
              await goOn(tools, index + 1)
            },
          )
          expect(clusterIdOf(dataDirectory)).toBe(clusterId)
          await dumpAll(runner, dataDirectory)
          ;({ broker, contents } = next)
        }
        removeFolder(broker.dataDirectory)
      })
    }
  }
})

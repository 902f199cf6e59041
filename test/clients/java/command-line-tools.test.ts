import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { startToolRunner, type ToolRunner } from '../../harness/tool-runner.ts'
import { clusterScenarios } from './cluster-scenarios.ts'
import { configurationScenarios } from './configuration-scenarios.ts'
import { groupScenarios } from './group-scenarios.ts'
import { recordScenarios } from './record-scenarios.ts'
import { isAtLeast, type Release, releases } from './releases.ts'
import { ReleaseTools, type Scenario } from './scenario.ts'
import { topicScenarios } from './topic-scenarios.ts'

const scenarios: readonly Scenario[] = [
  ...topicScenarios,
  ...recordScenarios,
  ...groupScenarios,
  ...configurationScenarios,
  ...clusterScenarios,
]

/** A release is asked only what it has the tools and the options for. */
const scenariosOf = (release: Release): readonly Scenario[] =>
  scenarios.filter(
    ({ tools, since }) =>
      tools.every(tool => release.tools[tool] !== undefined) &&
      (since === undefined || isAtLeast(release, since)),
  )

describeWithTools(['java', 'javac', 'mvn'], "Apache Kafka's command-line tools", () => {
  let broker: Broker

  beforeAll(async () => {
    broker = await startBroker()
  })

  afterAll(async () => {
    await broker?.kill()
  })

  for (const release of releases) {
    describe(`of ${release.version}`, () => {
      let runner: ToolRunner
      let tools: ReleaseTools

      beforeAll(async () => {
        runner = await startToolRunner(await release.jars())
        tools = new ReleaseTools(release, { broker, runner })
      })

      afterAll(async () => {
        await runner?.stop()
      })

      for (const scenario of scenariosOf(release)) test(scenario.name, () => scenario.run(tools))
    })
  }
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { projectFolder } from '../../harness/broker.ts'
import { freePort } from '../../harness/free-port.ts'
import { runProcessOrThrow } from '../../harness/process.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { BASE_IMAGE, importBaseImage } from './base-image.ts'
import { type DockerEngine, startDockerEngine } from './docker-engine.ts'

const COMPOSE_FILE = join(projectFolder, 'docker', 'compose.yaml')
const PROJECT = 'ottla-test'
const TOPIC = 'from-the-host'

/** Packages come over the machine's own network, since the engine has no rules in the packet filter. */
const OVERRIDE = `services:
  broker:
    build:
      network: host
`

describeWithTools(['dockerd', 'docker-compose', 'debootstrap'], 'the compose file', () => {
  let engine: DockerEngine
  let port: number
  let overrideFile: string
  const clients: { disconnect(): Promise<void> }[] = []

  const compose = (...args: string[]): Promise<string> =>
    runProcessOrThrow('docker-compose', ['-f', COMPOSE_FILE, '-f', overrideFile, '-p', PROJECT, ...args], {
      env: { ...engine.environment, OTTLA_BASE_IMAGE: BASE_IMAGE, OTTLA_PORT: String(port) },
      timeoutMs: 900_000,
    })

  const containerId = async (): Promise<string> => (await compose('ps', '-q', 'broker')).trim()

  const untilHealthy = (): Promise<void> =>
    vi.waitFor(
      async () => {
        const health = await engine.docker(['inspect', '-f', '{{.State.Health.Status}}', await containerId()])
        expect(health.trim()).toBe('healthy')
      },
      { timeout: 120_000, interval: 500 },
    )

  const kafka = (): Kafka =>
    new Kafka({ brokers: [`localhost:${port}`], clientId: 'compose-test', logLevel: logLevel.NOTHING })

  const send = async (values: readonly string[]): Promise<void> => {
    const producer = kafka().producer()
    clients.push(producer)
    await producer.connect()
    await producer.send({ topic: TOPIC, acks: -1, messages: values.map(value => ({ value })) })
  }

  const readAll = async (count: number): Promise<string[]> => {
    const consumer = kafka().consumer({ groupId: `reader-${count}` })
    clients.push(consumer)
    await consumer.connect()
    await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
    const values: string[] = []
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            values.push(String(message.value))
            if (values.length === count) resolve()
          },
        })
        .catch(reject)
    })
    return values
  }

  beforeAll(async () => {
    engine = await startDockerEngine()
    port = await freePort()
    overrideFile = join(temporaryFolder('compose'), 'override.yaml')
    writeFileSync(overrideFile, OVERRIDE)
    await importBaseImage(engine)
    await compose('build')
  }, 1_800_000)

  afterAll(async () => {
    await Promise.all(clients.map(client => client.disconnect()))
    if (engine) {
      await compose('down', '--volumes', '--timeout', '15')
      await engine.stop()
    }
  }, 120_000)

  test('brings up a broker that is healthy and that the host reaches as localhost', async () => {
    await compose('up', '-d')
    await untilHealthy()
    await send(['one', 'two'])
    expect(await readAll(2)).toEqual(['one', 'two'])
  }, 300_000)

  test('runs the broker itself as a user without rights, and no Node.js of its own', async () => {
    const inside = (...command: string[]): Promise<string> => compose('exec', '-T', 'broker', ...command)
    expect((await inside('id', '-un')).trim()).toBe('appuser')
    expect((await inside('readlink', '/proc/1/exe')).trim()).toBe('/usr/local/bin/node')
    expect(await inside('ls', '/opt/kafka/node_modules')).not.toContain('node-linux')
  }, 60_000)

  test('keeps its records over a restart and over a new container', async () => {
    await compose('restart')
    await untilHealthy()
    await send(['three'])
    await compose('down')
    await compose('up', '-d')
    await untilHealthy()
    expect(await readAll(3)).toEqual(['one', 'two', 'three'])
  }, 300_000)

  test('stops in order: the exit code is 0', async () => {
    const id = await containerId()
    await compose('stop', '--timeout', '15')
    const code = await engine.docker(['inspect', '-f', '{{.State.ExitCode}}', id])
    expect(code.trim()).toBe('0')
  }, 60_000)
})

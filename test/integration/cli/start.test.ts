import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Broker, clusterIdOf, projectFolder, startBroker } from '../../harness/broker.ts'
import { freePort } from '../../harness/free-port.ts'
import { type ProcessResult, runProcess } from '../../harness/process.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'

const script = (name: string): string => join(projectFolder, 'bin', name)

/** A properties file for a node on free ports, with changes. */
const propertiesFile = async (changes: Readonly<Record<string, string>> = {}): Promise<string> => {
  const folder = temporaryFolder('cli')
  const controller = `127.0.0.1:${await freePort()}`
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    listeners: `PLAINTEXT://127.0.0.1:${await freePort()},CONTROLLER://${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.bootstrap.servers': controller,
    'log.dirs': join(folder, 'data'),
    ...changes,
  }
  const file = join(folder, 'server.properties')
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  return file
}

const startAndFail = (...args: string[]): Promise<ProcessResult> =>
  runProcess(script('kafka-server-start.sh'), args, { timeoutMs: 30_000 })

const brokers: Broker[] = []
const start: typeof startBroker = async options => {
  const broker = await startBroker({ implementation: 'ottla', ...options })
  brokers.push(broker)
  return broker
}

afterEach(async () => {
  await Promise.all(brokers.splice(0).map(broker => broker.kill()))
})

/** One line on standard error that names the program, no stack. */
const expectOneLine = ({ code, stderr }: ProcessResult, message: string): void => {
  expect(stderr.trimEnd().split('\n')).toEqual([expect.stringContaining(`ottla: `)])
  expect(stderr).toContain(message)
  expect(code).toBe(1)
}

describe('a start that cannot be', () => {
  test.each([
    [{ 'num.partition': '1' }, 'unknown configuration key num.partition: did you mean num.partitions?'],
    [{ 'num.partitions': 'one' }, 'Invalid value one for configuration num.partitions'],
    [{ 'authorizer.class.name': 'x' }, 'authorizer.class.name cannot be used'],
    [{ 'ottla.log.loggers': 'kafka' }, "'kafka' in ottla.log.loggers is no name=LEVEL"],
  ])('tells what is wrong with %j in one line', async (changes, message) => {
    expectOneLine(await startAndFail(await propertiesFile(changes)), message)
  })

  test('tells of a missing file in one line, and where the error comes from with --debug', async () => {
    expectOneLine(
      await startAndFail('no-such.properties'),
      'cannot read no-such.properties: there is no such file',
    )
    const { stderr, code } = await startAndFail('no-such.properties', '--debug')
    expect(stderr).toContain('no-such.properties')
    expect(stderr).toContain('\n    at ')
    expect(code).toBe(1)
  })

  test('tells which port is in use', async () => {
    const port = await freePort()
    const server = await new Promise<Server>(resolve => {
      const listening = createServer().listen(port, '127.0.0.1', () => resolve(listening))
    })
    try {
      const file = await propertiesFile()
      const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${await freePort()}`
      const controllers = `controller.quorum.bootstrap.servers=${listeners.split('CONTROLLER://')[1]}`
      const result = await startAndFail(
        file,
        '--override',
        `listeners=${listeners}`,
        '--override',
        controllers,
      )
      expectOneLine(result, `port ${port} of 127.0.0.1 is in use by another process`)
    } finally {
      server.close()
    }
  })

  test('tells that a running broker has the directory', async () => {
    const { dataDirectory } = await start({})
    const file = await propertiesFile({ 'log.dirs': dataDirectory })
    expectOneLine(
      await startAndFail(file),
      `in ${dataDirectory}. A Kafka instance in another process is using this directory: stop that one`,
    )
  })

  test('tells that a directory belongs to another cluster', async () => {
    const folder = temporaryFolder('cli')
    const first = await propertiesFile({ 'log.dirs': join(folder, 'a') })
    const second = await propertiesFile({ 'log.dirs': join(folder, 'b') })
    for (const file of [first, second]) {
      const id = (await runProcess(script('kafka-storage.sh'), ['random-uuid'])).stdout.trim()
      await runProcess(script('kafka-storage.sh'), ['format', '-t', id, '-c', file, '--standalone'])
    }
    const both = await propertiesFile({ 'log.dirs': `${join(folder, 'a')},${join(folder, 'b')}` })
    expectOneLine(await startAndFail(both), `${join(folder, 'b')} belongs to the cluster`)
  })

  test('tells that a file is in the way of the directory', async () => {
    const folder = temporaryFolder('cli')
    writeFileSync(join(folder, 'data'), '')
    const result = await startAndFail(await propertiesFile({ 'log.dirs': join(folder, 'data') }))
    expectOneLine(result, join(folder, 'data'))
  })
})

describe('a broker as a process', () => {
  test('formats a fresh directory with a notice and says in the words of Apache Kafka that it is ready', async () => {
    const broker = await start({ quorum: 'dynamic', properties: { 'num.io.threads': '8' } })
    await vi.waitFor(() => expect(broker.log()).toContain('[KafkaServer id=1] started'))
    expect(broker.log()).toContain('Formatting dynamic metadata voter directory')
    expect(broker.log()).toMatch(/Transitioning from RECOVERY to RUNNING/)
    expect(broker.log()).toContain('Kafka Server started')
    expect(broker.log()).toContain('no effect: num.io.threads')
    const clusterId = clusterIdOf(broker.dataDirectory)
    expect(await broker.stop()).toBe(0)

    const { dataDirectory, ports } = broker
    const again = await start({ dataDirectory, ports, quorum: 'dynamic' })
    expect(again.log()).not.toContain('Formatting')
    expect(clusterIdOf(dataDirectory)).toBe(clusterId)
  })

  test('is one process: the script leaves none behind', async () => {
    const broker = await start({})
    const commandLine = readFileSync(`/proc/${broker.pid}/cmdline`, 'utf8').split('\0')
    expect(commandLine[0]).toMatch(/node$/)
    expect(commandLine).toContain('start')
  })

  test('answers the health check while it runs, and not when it has stopped', async () => {
    const broker = await start({})
    const health = () =>
      runProcess(script('run-node.sh'), [script('ottla.cjs'), 'health', broker.propertiesFile])
    expect((await health()).code).toBe(0)
    await broker.stop()
    expectOneLine(await health(), 'no broker answers at 127.0.0.1:')
  })

  test('takes overrides over its file', async () => {
    const broker = await start({ arguments: ['--override', 'num.partitions=zero'] }).catch(error => error)
    expect(String(broker)).toContain('Invalid value zero for configuration num.partitions')
  })

  test('runs in the background with -daemon, and ends by kafka-server-stop.sh', async () => {
    const logs = temporaryFolder('logs')
    const file = await propertiesFile()
    const { code } = await runProcess(script('kafka-server-start.sh'), ['-daemon', file], {
      env: { LOG_DIR: logs },
    })
    expect(code).toBe(0)
    const log = (): string => readFileSync(join(logs, 'kafkaServer.out'), 'utf8')
    await vi.waitFor(() => expect(log()).toContain('[KafkaServer id=1] started'), { timeout: 30_000 })
    expect((await runProcess(script('kafka-server-stop.sh'), [file])).code).toBe(0)
    await vi.waitFor(() => expect(log()).toContain('INFO stopped'), { timeout: 30_000 })
    const again = await vi.waitFor(
      async () => {
        const result = await runProcess(script('kafka-server-stop.sh'), [file])
        expect(result.code).toBe(1)
        return result
      },
      { timeout: 30_000 },
    )
    expect(again.stderr).toContain('No kafka server to stop')
  })
})

describe('kafka-storage.sh', () => {
  const storage = (...args: string[]): Promise<ProcessResult> => runProcess(script('kafka-storage.sh'), args)

  test('makes ids of 22 letters', async () => {
    const { stdout } = await storage('random-uuid')
    expect(stdout).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}\n$/)
  })

  test('formats once, and tells what it finds', async () => {
    const file = await propertiesFile()
    const id = (await storage('random-uuid')).stdout.trim()
    expect(await storage('info', '-c', file)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Found problem:'),
    })
    const formatted = await storage('format', '--cluster-id', id, '--config', file, '--standalone')
    expect(formatted).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('with metadata.version 4.3-IV0.'),
    })
    expect(await storage('info', '-c', file)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`cluster.id=${id}`),
    })
    expectOneLine(await storage('format', '-t', id, '-c', file, '-s'), 'is already formatted')
    expect(await storage('format', '-t', id, '-c', file, '-s', '-g')).toMatchObject({
      code: 0,
      stdout: 'All of the log directories are already formatted.\n',
    })
  })

  test.each([
    [['format', '-t', 'short', '-s'], "'short' is no cluster id"],
    [['format', '-t', 'b3R0bGEtb3JhY2xlLTAwMQ'], 'add --standalone'],
    [['format', '-t', 'b3R0bGEtb3JhY2xlLTAwMQ', '-s', '-r', '9.9'], 'the release 9.9 is unknown'],
    [['format', '-t', 'b3R0bGEtb3JhY2xlLTAwMQ', '-s', '-f', 'x=1'], "the feature in 'x=1' is unknown"],
    [
      ['format', '-t', 'b3R0bGEtb3JhY2xlLTAwMQ', '-s', '-f', 'group.version=9'],
      'is no level of group.version',
    ],
    [['format', '-s'], 'cluster-id'],
    [['repair'], 'repair'],
  ])('%j: %s', async (args, message) => {
    const file = await propertiesFile()
    const isFormat = args[0] === 'format'
    expectOneLine(await storage(...args, ...(isFormat ? ['-c', file] : [])), message)
  })

  test('finds the directory of the shipped file wherever it is called from', async () => {
    const file = join(projectFolder, 'config', 'server.properties')
    const elsewhere = temporaryFolder('elsewhere')
    const { stdout } = await runProcess(script('kafka-storage.sh'), ['info', '-c', file], { cwd: elsewhere })
    expect(stdout).toContain(`  ${join(projectFolder, 'data')}`)
    mkdirSync(join(elsewhere, 'config'))
    const own = join(elsewhere, 'config', 'own.properties')
    writeFileSync(own, readFileSync(file))
    const other = await runProcess(script('kafka-storage.sh'), ['info', '-c', own], { cwd: elsewhere })
    expect(other.stdout).toContain(`  ${join(elsewhere, 'data')} does not exist`)
  })
})

test('a Node.js that is too old gets one clear line', async () => {
  const folder = temporaryFolder('old-node')
  const disguise = join(folder, 'disguise.cjs')
  writeFileSync(
    disguise,
    "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })\n",
  )
  const { code, stderr } = await runProcess(script('run-node.sh'), [
    '-r',
    disguise,
    script('ottla.cjs'),
    'start',
  ])
  expect(stderr).toBe(
    'ottla: Node.js 22.15 or newer is needed, this is 20.20.2: install it, or run npm ci, which brings its own.\n',
  )
  expect(code).toBe(1)
})

import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type Broker, startBroker } from '../../harness/broker.ts'
import { goProgram } from '../../harness/go-program.ts'
import { type ProcessGroup, startProcessGroup } from '../../harness/process.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { temporaryFolder } from '../../harness/temporary-folder.ts'

const KILLS = Number(process.env['OTTLA_TEST_KILLS'] ?? 50)

const RECORDS_BETWEEN_KILLS = 100

interface Verdict {
  readonly acknowledged: number
  readonly failed: number
  readonly read: number
  readonly faults: readonly string[]
}

/** What the program prints, line by line. */
const lineReader = (group: ProcessGroup) => {
  const lines: string[] = []
  let rest = ''
  let wake = () => {}
  group.child.stdout?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() as string
    lines.push(...parts)
    wake()
  })
  const ended = group.end.then(() => wake())
  return async (): Promise<string> => {
    while (lines.length === 0) {
      if (group.child.exitCode !== null) throw new Error('the program ended without another line')
      await Promise.race([ended, new Promise<void>(resolve => (wake = resolve))])
    }
    return lines.shift() as string
  }
}

type NextLine = () => Promise<string>

/** Waits until so many records are acknowledged; returns how many are. */
const progressBeyond = async (nextLine: NextLine, wanted: number): Promise<number> => {
  for (;;) {
    const [word, count] = (await nextLine()).split(' ')
    if (word === 'acknowledged' && Number(count) >= wanted) return Number(count)
  }
}

const readVerdict = async (nextLine: NextLine): Promise<Verdict> => {
  for (;;) {
    const line = await nextLine()
    if (line.startsWith('{')) return JSON.parse(line) as Verdict
  }
}

describeWithTools(['go'], 'a broker that is killed under load', () => {
  test(`${KILLS} times: every acknowledged record is read back once, in order`, {
    timeout: 900_000,
  }, async () => {
    const program = await goProgram(import.meta.dirname)
    const dataDirectory = temporaryFolder('crash')
    let broker: Broker = await startBroker({ dataDirectory })
    const { ports } = broker
    const group = await startProcessGroup(program, ['-bootstrap', broker.bootstrapServers, '-topic', 'crash'])
    const nextLine = lineReader(group)
    try {
      expect(await nextLine()).toBe('ready')
      let acknowledged = 0
      for (let kill = 0; kill < KILLS; kill++) {
        // Into the load, at a moment that differs from kill to kill; every fifth kill is right after the start.
        if (kill % 5 !== 0)
          acknowledged = await progressBeyond(nextLine, acknowledged + RECORDS_BETWEEN_KILLS)
        await delay((kill * 37) % 100)
        await broker.kill()
        broker = await startBroker({ dataDirectory, ports })
      }
      group.child.stdin?.write('enough\n')
      const verdict = await readVerdict(nextLine)
      expect(verdict.faults).toEqual([])
      expect(verdict.failed).toBe(0)
      expect(verdict.read).toBe(verdict.acknowledged)
      expect(verdict.acknowledged).toBeGreaterThan((KILLS * RECORDS_BETWEEN_KILLS) / 2)
    } finally {
      group.killGroup()
      await broker.stop()
      await rm(dataDirectory, { recursive: true, force: true })
    }
  })
})

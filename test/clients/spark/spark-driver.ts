import { join } from 'node:path'
import { type ProcessEnd, startProcessGroup } from '../../harness/process.ts'
import type { SparkInstallation } from './spark-installation.ts'

export interface SparkDriver {
  /** The next answer; an error, with all that the driver printed, when it ends before there is one. */
  nextAnswer(): Promise<unknown>
  /** All of standard output so far; Spark's console sink prints there. */
  output(): string
  /** SIGKILL to the driver, its JVM and all they started. */
  kill(): Promise<void>
  readonly end: Promise<ProcessEnd>
}

const ANSWER = 'ANSWER '

/** Starts a driver over the steps that `spark_driver.py` knows; `folder` keeps its checkpoints, sinks and scratch. */
export const startSparkDriver = async (
  { python, jars }: SparkInstallation,
  { bootstrap, folder, steps }: { bootstrap: string; folder: string; steps: readonly object[] },
): Promise<SparkDriver> => {
  const request = JSON.stringify({ bootstrap, jars, folder, steps })
  const group = await startProcessGroup(python, [join(import.meta.dirname, 'spark_driver.py'), request], {
    cwd: folder,
    env: {
      SPARK_LOCAL_IP: '127.0.0.1',
      SPARK_HOME: undefined,
      PYTHONPATH: undefined,
      PYSPARK_SUBMIT_ARGS: undefined,
      PYSPARK_PYTHON: python,
    },
  })
  group.child.stdin?.end()
  let output = ''
  let errors = ''
  let ended: ProcessEnd | undefined
  let taken = 0
  let changed = (): void => {}
  group.child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    changed()
  })
  group.child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  void group.end.then(end => {
    ended = end
    changed()
  })
  const answers = (): string[] =>
    output
      .split('\n')
      .slice(0, -1)
      .filter(line => line.startsWith(ANSWER))
  return {
    nextAnswer: async () => {
      for (;;) {
        const line = answers()[taken]
        if (line !== undefined) {
          taken++
          return JSON.parse(line.slice(ANSWER.length))
        }
        if (ended)
          throw new Error(`the driver ended with ${ended.signal ?? ended.code}:\n${output}\n${errors}`)
        await new Promise<void>(resolve => {
          changed = resolve
        })
      }
    },
    output: () => output,
    kill: async () => {
      group.killGroup()
      await group.end
    },
    end: group.end,
  }
}

import { join } from 'node:path'
import { oracleJars } from '../../harness/broker.ts'
import { runProcessOrThrow } from '../../harness/process.ts'

/** Runs a program beside this file on Apache Kafka's jars; resolves to its output, line by line, fields by tabs. */
export const runKafkaProgram = async (
  program: 'KafkaConfigFacts' | 'DescribeEverything',
  args: readonly string[],
  lines: readonly (readonly string[])[] = [],
): Promise<string[][]> => {
  const { classPath } = await oracleJars()
  const file = join(import.meta.dirname, `${program}.java`)
  const flags = ['-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error']
  const output = await runProcessOrThrow('java', [...flags, '-cp', classPath, file, ...args], {
    stdin: lines.map(fields => `${fields.join('\t')}\n`).join(''),
    timeoutMs: 300_000,
  })
  return output
    .split('\n')
    .filter(line => line !== '')
    .map(line => line.split('\t'))
}

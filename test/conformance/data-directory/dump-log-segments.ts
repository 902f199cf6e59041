import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ToolRunner } from '../../harness/tool-runner.ts'

/** All files of the partition directories of a log directory, by directory. */
const partitionFiles = (dataDirectory: string): Map<string, string[]> => {
  const files = new Map<string, string[]>()
  for (const entry of readdirSync(dataDirectory, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/-\d+$/.test(entry.name)) continue
    const folder = join(dataDirectory, entry.name)
    files.set(
      entry.name,
      readdirSync(folder)
        .map(name => join(folder, name))
        .toSorted(),
    )
  }
  return files
}

/** The paths that Apache Kafka's DumpLogSegments reads, by what they are. */
export interface DirectoryFiles {
  /** Segments, indexes and producer snapshots of users' topics. */
  readonly topics: readonly string[]
  readonly offsets: readonly string[]
  readonly metadata: readonly string[]
}

const isDumped = (path: string): boolean =>
  /\.(log|index|timeindex|txnindex|snapshot|checkpoint)$/.test(path) &&
  !path.endsWith('leader-epoch-checkpoint')

/** Finds the files of a log directory. */
export const directoryFiles = (dataDirectory: string): DirectoryFiles => {
  const found = { topics: [] as string[], offsets: [] as string[], metadata: [] as string[] }
  for (const [partition, paths] of partitionFiles(dataDirectory)) {
    const kind = partition.startsWith('__consumer_offsets-')
      ? found.offsets
      : partition === '__cluster_metadata-0'
        ? found.metadata
        : found.topics
    kind.push(...paths.filter(isDumped))
  }
  return found
}

/** What DumpLogSegments prints when something is wrong: on standard output where it says so in passing. */
const COMPLAINTS = [
  /Mismatches in/,
  /timestamp mismatch/i,
  /Index timestamp out of order|out of order timestamp/i,
  /Non-consecutive offsets/i,
  /is ?valid: false/i,
  /Error at|Could not read|skipping|Ignoring unknown/,
  /Exception/,
  /truncated|corrupt/i,
] as const

/**
 * Standard error without what 4.3.1 says of every segment that does not begin at 0 and has uncompressed records: that
 * offset -1 is followed by its first.
 */
const withoutSegmentStarts = (stderr: string): string =>
  stderr.replaceAll(/^Non-consecutive offsets in \S*?\/0*(\d+)\.log\n\s*-1 is followed by \1\n/gm, '')

/**
 * Runs `org.apache.kafka.tools.DumpLogSegments` over files, a few at a time, and fails on any complaint. Resolves to
 * all that it prints.
 */
export const dumpLogSegments = async (
  runner: ToolRunner,
  paths: readonly string[],
  options: readonly string[],
): Promise<string> => {
  const parts: string[] = []
  for (let i = 0; i < paths.length; i += 50) {
    const files = paths.slice(i, i + 50)
    const { code, stdout, stderr } = await runner.run({
      mainClass: 'org.apache.kafka.tools.DumpLogSegments',
      args: [...options, '--files', files.join(',')],
      timeoutMs: 300_000,
    })
    const complaints = [
      ...stdout.split('\n').filter(line => COMPLAINTS.some(complaint => complaint.test(line))),
      ...withoutSegmentStarts(stderr)
        .split('\n')
        .filter(line => line !== ''),
    ]
    if (code !== 0 || complaints.length > 0) {
      throw new Error(`DumpLogSegments ended with ${code} and complains:\n${complaints.join('\n')}`)
    }
    for (const file of files) expect(stdout).toContain(`Dumping ${file}`)
    parts.push(stdout)
  }
  return parts.join('')
}

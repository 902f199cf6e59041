import { type ProcessEnd, startProcessGroup } from '../../harness/process.ts'

/** A kcat that runs as a member of a group. */
export interface KcatMember {
  /** From its last word about the group; empty before the first and after a revocation. */
  partitions(): number[]
  /** What it has printed, sorted, and forgets. */
  take(): string[]
  received(): number
  /** SIGTERM: it leaves the group. */
  stop(): Promise<ProcessEnd>
}

/** kcat tells each change on standard error: `% Group NAME rebalanced (memberid ID): assigned: TOPIC [0], TOPIC [1]`. */
const partitionsIn = (log: string): number[] => {
  const changes = [...log.matchAll(/^% Group .* rebalanced \(memberid .*\): (assigned|revoked): (.*)$/gm)]
  const [, kind, list] = changes.at(-1) ?? []
  if (kind !== 'assigned') return []
  return [...(list ?? '').matchAll(/\[(\d+)\]/g)].map(([, partition]) => Number(partition)).sort()
}

export const startKcatMember = async (
  bootstrap: string,
  { topic, group }: { topic: string; group: string },
): Promise<KcatMember> => {
  const settings = ['heartbeat.interval.ms=200', 'session.timeout.ms=10000', 'auto.offset.reset=earliest']
  const kcat = await startProcessGroup('kcat', [
    ...['-b', bootstrap, '-G', group, '-u', '-f', '%s\n'],
    ...settings.flatMap(setting => ['-X', setting]),
    topic,
  ])
  let printed = ''
  let log = ''
  kcat.child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  kcat.child.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString()
  })
  kcat.child.stdin?.end()
  const lines = (): string[] => printed.split('\n').slice(0, -1)
  return {
    partitions: () => partitionsIn(log),
    received: () => lines().length,
    take: () => {
      const taken = lines().sort()
      printed = printed.slice(printed.lastIndexOf('\n') + 1)
      return taken
    },
    stop: () => {
      kcat.child.kill('SIGTERM')
      return kcat.end
    },
  }
}

import { runProcess } from '../harness/process.ts'

/** Where a client's program is and how it is run. */
export interface ClientProgram {
  readonly command: string
  readonly args: readonly string[]
}

/** A record as the programs exchange it: bytes are base64, `null` stays `null`, timestamps are in milliseconds. */
export interface JsonRecord {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
  readonly timestamp: number
}

export interface JsonReadRecord extends JsonRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** What a program can be asked; each step prints one JSON line, whose shape the `Answers` tell. */
export type Step =
  | { do: 'produce'; topic: string; codec: string; records: readonly JsonRecord[]; partition?: number }
  | { do: 'read'; topics: readonly string[] }
  | { do: 'typed'; topic: string; format: 'json' | 'msgpack'; values: readonly unknown[] }
  | { do: 'group'; topic: string; group: string; partitions: number }
  | { do: 'admin'; topic: string; group: string }

interface Answers {
  produce: { offsets: number[] }
  read: { records: JsonReadRecord[] }
  typed: { values: unknown[] }
  group: GroupStory
  admin: AdminStory
}

/** Values a group's members were given: alone, with a second member, after that one left, and as a new member. */
export interface GroupStory {
  readonly alone: string[]
  readonly shared: { partitions: number[]; values: string[] }[]
  readonly left: string[]
  readonly resumed: string[]
}

export type AdminStory = Readonly<Record<string, unknown>>

/**
 * An hour ago, for records that carry timestamps of their own: those older than the retention of a week are deleted
 * while a test runs.
 */
export const RECENT_TIMESTAMP_MS: number = Date.now() - 3_600_000

const RUN_TIMEOUT_MS = 300_000

type AnswersTo<Steps extends readonly Step[]> = { [Index in keyof Steps]: Answers[Steps[Index]['do']] }

/** Runs a client's program over the steps and gives the answer to each. A step that fails ends the program: an error. */
export const runSteps = async <const Steps extends readonly Step[]>(
  program: ClientProgram,
  bootstrap: string,
  steps: Steps,
): Promise<AnswersTo<Steps>> => {
  const { code, stdout, stderr } = await runProcess(program.command, program.args, {
    stdin: JSON.stringify({ bootstrap, steps }),
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    timeoutMs: RUN_TIMEOUT_MS,
  })
  const lines = stdout.split('\n').filter(line => line !== '')
  if (code !== 0 || lines.length !== steps.length) {
    const told = lines.map(line => line.slice(0, 500)).join('\n')
    throw new Error(
      `step ${lines.length + 1} of ${steps.length} failed with exit code ${code}:\n${told}\n${stderr}`,
    )
  }
  return lines.map(line => JSON.parse(line) as unknown) as AnswersTo<Steps>
}

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { temporaryFolder } from '../../harness/temporary-folder.ts'
import { eventually, lines, type ReleaseTools, rowsFrom, type Scenario } from './scenario.ts'

const groupTools = [
  'kafka-topics',
  'kafka-console-producer',
  'kafka-console-consumer',
  'kafka-consumer-groups',
] as const

/** Current offset, end and lag of a group in one topic, by partition, as `--describe` prints them. */
const describeOffsets = async (
  tools: ReleaseTools,
  { group, topic }: { group: string; topic: string },
): Promise<Record<string, readonly string[]>> => {
  const text = await tools.succeed('kafka-consumer-groups', `${tools.server} --describe --group ${group}`)
  return Object.fromEntries(
    rowsFrom(text, topic).map(([, partition = '', current = '', end = '', lag = '']) => [
      partition,
      [current, end, lag],
    ]),
  )
}

/** The new offsets that `--reset-offsets` prints, by partition. */
const resetOffsets = async (
  tools: ReleaseTools,
  { group, topic }: { group: string; topic: string },
  how: string,
): Promise<Record<string, string>> => {
  const args = `${tools.server} --reset-offsets --group ${group} ${how}`
  const text = await tools.succeed('kafka-consumer-groups', args)
  return Object.fromEntries(
    rowsFrom(text, topic).map(([, partition = '', offset = '']) => [partition, offset]),
  )
}

/** A topic of one partition with so many records, and a group that has read the first few of them. */
const groupOf = async (
  tools: ReleaseTools,
  { word, records, read }: { word: string; records: number; read: number },
): Promise<{ group: string; topic: string }> => {
  const topic = await tools.createTopic(tools.name(word))
  const group = tools.name(`${word}-group`)
  const values = Array.from({ length: records }, (_, i) => `record ${i}`)
  await tools.produce(topic, values)
  expect(await tools.consume(topic, read, `--from-beginning --group ${group}`)).toEqual(values.slice(0, read))
  return { group, topic }
}

const groups = async (tools: ReleaseTools): Promise<string[]> =>
  lines(await tools.succeed('kafka-consumer-groups', `${tools.server} --list`))

export const groupScenarios: readonly Scenario[] = [
  {
    name: 'a group goes on where it stopped',
    tools: groupTools,
    run: async tools => {
      const { group, topic } = await groupOf(tools, { word: 'resumed', records: 5, read: 3 })
      const rest = await tools.consume(topic, 2, `--from-beginning --group ${group}`)
      expect(rest).toEqual(['record 3', 'record 4'])
    },
  },
  {
    name: 'kafka-consumer-groups lists a group and describes its offsets and its lag',
    tools: groupTools,
    run: async tools => {
      const { group, topic } = await groupOf(tools, { word: 'lagging', records: 5, read: 3 })
      expect(await groups(tools)).toContain(group)
      expect(await describeOffsets(tools, { group, topic })).toEqual({ 0: ['3', '5', '2'] })
    },
  },
  {
    name: 'kafka-consumer-groups lists groups with their states and describes all of them at once',
    tools: groupTools,
    since: '3.3',
    run: async tools => {
      const { group, topic } = await groupOf(tools, { word: 'stated', records: 2, read: 1 })
      const states = await tools.succeed('kafka-consumer-groups', `${tools.server} --list --state`)
      expect(rowsFrom(states, group)).toEqual([[group, 'Empty']])
      const empty = await tools.succeed('kafka-consumer-groups', `${tools.server} --list --state Empty`)
      expect(rowsFrom(empty, group)).toEqual([[group, 'Empty']])
      const stable = await tools.succeed('kafka-consumer-groups', `${tools.server} --list --state Stable`)
      expect(rowsFrom(stable, group)).toEqual([])
      const all = await tools.succeed('kafka-consumer-groups', `${tools.server} --describe --all-groups`)
      expect(rowsFrom(all, topic).map(row => row.slice(1, 5))).toEqual([['0', '1', '2', '1']])
    },
  },
  {
    name: 'kafka-consumer-groups lists groups of the classic type',
    tools: groupTools,
    since: '4.3',
    run: async tools => {
      const { group } = await groupOf(tools, { word: 'typed', records: 1, read: 1 })
      const text = await tools.succeed('kafka-consumer-groups', `${tools.server} --list --type classic`)
      expect(rowsFrom(text, group)).toEqual([[group, 'Classic']])
    },
  },
  {
    name: 'a group with a member is stable, and its offsets and itself stay as they are',
    tools: groupTools,
    run: async tools => {
      const topic = await tools.createTopic(tools.name('watched'))
      const group = tools.name('watched-group')
      await tools.produce(topic, ['one', 'two'])
      const consumed = tools.consume(topic, 3, `--from-beginning --group ${group}`)
      try {
        const describe = `${tools.server} --describe --group ${group}`
        await eventually(async () => {
          const members = await tools.succeed('kafka-consumer-groups', `${describe} --members --verbose`)
          expect(members).toMatch(new RegExp(`consumer-.*${topic}[(:]0`))
        })
        const state = await tools.succeed('kafka-consumer-groups', `${describe} --state`)
        expect(lines(state).at(-1)).toMatch(/127\.0\.0\.1:\d+ +\(1\) +range +Stable +1 *$/)
        const reset = await tools.run(
          'kafka-consumer-groups',
          `${tools.server} --reset-offsets --group ${group} --topic ${topic} --to-earliest --execute`,
        )
        expect(reset.stdout + reset.stderr).toMatch(/inactive, but the current state is Stable/)
        const deletion = await tools.run('kafka-consumer-groups', `${tools.server} --delete --group ${group}`)
        expect(deletion.stdout + deletion.stderr).toMatch(/GroupNotEmptyException/)
      } finally {
        await tools.produce(topic, ['three'])
      }
      expect(await consumed).toEqual(['one', 'two', 'three'])
      expect(await describeOffsets(tools, { group, topic })).toEqual({ 0: ['3', '3', '0'] })
    },
  },
  {
    name: 'kafka-consumer-groups resets offsets only when told to execute',
    tools: groupTools,
    run: async tools => {
      const names = await groupOf(tools, { word: 'dry', records: 4, read: 4 })
      const how = `--topic ${names.topic} --to-earliest`
      expect(await resetOffsets(tools, names, `${how} --dry-run`)).toEqual({ 0: '0' })
      expect(await describeOffsets(tools, names)).toEqual({ 0: ['4', '4', '0'] })
      expect(await resetOffsets(tools, names, `${how} --execute`)).toEqual({ 0: '0' })
      expect(await describeOffsets(tools, names)).toEqual({ 0: ['0', '4', '4'] })
      const { topic, group } = names
      const again = await tools.consume(topic, 4, `--group ${group}`)
      expect(again).toEqual(['record 0', 'record 1', 'record 2', 'record 3'])
    },
  },
  {
    name: 'kafka-consumer-groups resets offsets to a number, by a shift, to a time, to the end and from a file',
    tools: groupTools,
    run: async tools => {
      const names = await groupOf(tools, { word: 'reset', records: 6, read: 2 })
      const { topic } = names
      expect(await resetOffsets(tools, names, `--topic ${topic} --to-offset 3 --execute`)).toEqual({ 0: '3' })
      expect(await resetOffsets(tools, names, `--topic ${topic} --shift-by 2 --execute`)).toEqual({ 0: '5' })
      expect(await resetOffsets(tools, names, '--all-topics --shift-by -1 --execute')).toEqual({ 0: '4' })
      const longAgo = '--to-datetime 2020-01-01T00:00:00.000'
      expect(await resetOffsets(tools, names, `--topic ${topic}:0 ${longAgo} --execute`)).toEqual({ 0: '0' })
      expect(await resetOffsets(tools, names, `--topic ${topic} --to-latest --execute`)).toEqual({ 0: '6' })
      const file = join(temporaryFolder('reset'), 'offsets.csv')
      writeFileSync(file, `${topic},0,1\n`)
      expect(await resetOffsets(tools, names, `--from-file ${file} --execute`)).toEqual({ 0: '1' })
      expect(await describeOffsets(tools, names)).toEqual({ 0: ['1', '6', '5'] })
    },
  },
  {
    name: 'kafka-consumer-groups gives a group that never was offsets to begin at',
    tools: groupTools,
    run: async tools => {
      const topic = await tools.createTopic(tools.name('begun'))
      await tools.produce(topic, ['zero', 'one', 'two'])
      const names = { group: tools.name('begun-group'), topic }
      expect(await resetOffsets(tools, names, `--topic ${topic} --to-offset 2 --execute`)).toEqual({ 0: '2' })
      expect(await tools.consume(topic, 1, `--group ${names.group}`)).toEqual(['two'])
    },
  },
  {
    name: 'kafka-consumer-groups deletes a group once',
    tools: groupTools,
    run: async tools => {
      const { group } = await groupOf(tools, { word: 'ended', records: 1, read: 1 })
      const remove = `${tools.server} --delete --group ${group}`
      expect(await tools.succeed('kafka-consumer-groups', remove)).toMatch(/was successful/)
      expect(await groups(tools)).not.toContain(group)
      const again = await tools.run('kafka-consumer-groups', remove)
      expect(again.stdout + again.stderr).toMatch(/GroupIdNotFoundException/)
    },
  },
  {
    name: "kafka-consumer-groups deletes a group's offsets in one topic",
    tools: groupTools,
    since: '3.3',
    run: async tools => {
      const names = await groupOf(tools, { word: 'forgotten', records: 2, read: 2 })
      const remove = `${tools.server} --delete-offsets --group ${names.group} --topic ${names.topic}`
      expect(rowsFrom(await tools.succeed('kafka-consumer-groups', remove), names.topic)).toContainEqual([
        names.topic,
        '0',
        'Successful',
      ])
      expect(await describeOffsets(tools, names)).toEqual({})
    },
  },
  {
    name: 'kafka-consumer-groups says that a group is not there',
    tools: groupTools,
    run: async tools => {
      const group = tools.name('nobody')
      const { stdout, stderr } = await tools.run(
        'kafka-consumer-groups',
        `${tools.server} --describe --group ${group}`,
      )
      expect(stdout + stderr).toMatch(/does not exist|not found/)
    },
  },
]

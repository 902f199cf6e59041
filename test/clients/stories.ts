import { expect } from 'vitest'
import type { AdminStory, GroupStory } from './client-program.ts'

const RECORDS_PER_PARTITION = 5

/** The values of a round in a group's story: five for each partition, named `ROUND-PARTITION-NUMBER`. */
export const roundValues = (round: string, partitions: readonly number[]): string[] =>
  partitions
    .flatMap(partition =>
      Array.from({ length: RECORDS_PER_PARTITION }, (_, i) => `${round}-${partition}-${i}`),
    )
    .sort()

/** Every round's records came exactly once, each to the member that held its partition. */
export const expectGroupStory = (story: GroupStory, partitions: number): void => {
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  expect(story.alone).toEqual(roundValues('alone', all))
  expect(story.shared.flatMap(member => member.partitions).sort()).toEqual(all)
  expect(story.shared.map(member => member.partitions.length)).toEqual([partitions / 2, partitions / 2])
  for (const member of story.shared) {
    expect(member.values).toEqual(roundValues('shared', member.partitions))
  }
  expect(story.left).toEqual(roundValues('left', all))
  expect(story.resumed).toEqual(roundValues('resumed', all))
}

/** What an administrator sees who makes a topic of 2 partitions, grows it to 3, fills it and has a group read it. */
export const expectedAdminStory: AdminStory = {
  brokers: 1,
  createdAgain: 36,
  partitions: 2,
  retention: '3600000',
  latest: { '0': 5, '1': 1, '2': 0 },
  earliestAfterDeletion: { '0': 2, '1': 0, '2': 0 },
  groupListed: true,
  groupState: 'Empty',
  committed: { '0': 5, '1': 1 },
  groupDeleted: 0,
}

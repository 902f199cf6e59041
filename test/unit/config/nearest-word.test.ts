import { expect, test } from 'vitest'
import { nearestWord } from '../../../src/config/nearest-word.ts'

test.each([
  ['log.dirs', 'log.dirs'],
  ['log.dir.s', 'log.dirs'],
  ['LOG.DIRS', 'log.dirs'],
  ['gol.dirs', 'log.dirs'],
  ['listner', 'listeners'],
  ['x', undefined],
  ['something.else.entirely', undefined],
  ['a'.repeat(100_000), undefined],
])('the word nearest to one is found or not', (word, nearest) => {
  expect(nearestWord(word, ['log.dirs', 'listeners', 'node.id'])).toBe(nearest)
})

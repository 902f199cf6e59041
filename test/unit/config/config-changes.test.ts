import { describe, expect, test } from 'vitest'
import {
  applyConfigChanges,
  type ConfigChange,
  isViolation,
  replaceConfigs,
} from '../../../src/config/config-changes.ts'
import { validateBrokerConfigs } from '../../../src/config/validate-broker-configs.ts'
import { validateGroupConfigs, validateTopicConfigs } from '../../../src/config/validate-configs.ts'
import { load } from './minimal-texts.ts'

const apply = (current: Readonly<Record<string, string>>, ...changes: ConfigChange[]) => {
  const result = applyConfigChanges('topic', new Map(Object.entries(current)), changes)
  return isViolation(result) ? result : Object.fromEntries(result.values)
}

const texts = (record: Readonly<Record<string, string>>) => new Map(Object.entries(record))

describe('changes of settings', () => {
  test('set and delete', () => {
    expect(
      apply(
        { 'retention.ms': '1', 'segment.ms': '2' },
        { name: 'retention.ms', operation: 'set', value: '5' },
        { name: 'segment.ms', operation: 'delete' },
      ),
    ).toEqual({ 'retention.ms': '5' })
  })

  test('append to a list that is not set begins with its default', () => {
    const change = { name: 'cleanup.policy', operation: 'append', value: 'compact' } as const
    expect(apply({}, change)).toEqual({ 'cleanup.policy': 'delete,compact' })
    expect(apply({ 'cleanup.policy': 'compact' }, change)).toEqual({ 'cleanup.policy': 'compact' })
  })

  test('subtract leaves the rest of a list, and an empty list at last', () => {
    const change = { name: 'cleanup.policy', operation: 'subtract', value: 'delete' } as const
    expect(apply({ 'cleanup.policy': 'compact,delete' }, change)).toEqual({ 'cleanup.policy': 'compact' })
    expect(apply({}, change)).toEqual({ 'cleanup.policy': '' })
  })

  test('append to what is no list is turned down', () => {
    expect(apply({}, { name: 'retention.ms', operation: 'append', value: '5' })).toEqual({
      error: 'INVALID_CONFIG',
      message: "Can't APPEND to key retention.ms because its type is not LIST.",
    })
  })

  test('tell what they change, so that each becomes a record', () => {
    const result = applyConfigChanges('topic', texts({ 'segment.ms': '2' }), [
      { name: 'retention.ms', operation: 'set', value: '5' },
      { name: 'segment.ms', operation: 'delete' },
    ])
    expect(isViolation(result) || [...result.changed]).toEqual([
      ['retention.ms', '5'],
      ['segment.ms', null],
    ])
  })

  test('of the older kind take away what they do not name', () => {
    const { values, changed } = replaceConfigs(texts({ a: '1', b: '2' }), texts({ b: '3', c: '4' }))
    expect([...values.keys()]).toEqual(['b', 'c'])
    expect(Object.fromEntries(changed)).toEqual({ a: null, b: '3', c: '4' })
  })
})

describe('settings that are to be made at run time', () => {
  const { sources } = load()

  test.each([
    [{ 'retention.ms': '5' }, undefined],
    [{ 'no.such': '5' }, 'Unknown topic config name: no.such'],
    [{ 'retention.ms': 'x' }, 'Invalid value x for configuration retention.ms: Not a number of type LONG'],
    [
      { 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' },
      'conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)',
    ],
    [{ toString: 'x' }, 'Unknown topic config name: toString'],
  ])('of a topic: %j gives %s', (settings, message) => {
    const violation = validateTopicConfigs(texts(settings), sources)
    expect(violation).toEqual(message === undefined ? undefined : { error: 'INVALID_CONFIG', message })
  })

  test.each([
    [{ 'consumer.session.timeout.ms': '50000' }, undefined],
    [
      { 'consumer.session.timeout.ms': '5' },
      'consumer.session.timeout.ms must be greater than or equal to group.consumer.min.session.timeout.ms',
    ],
  ])('of a group: %j gives %s', (settings, message) => {
    const violation = validateGroupConfigs(texts(settings), sources)
    expect(violation).toEqual(message === undefined ? undefined : { error: 'INVALID_CONFIG', message })
  })

  test.each([
    [{ 'log.retention.ms': '5' }, false, undefined],
    [
      { 'log.retention.ms': '0' },
      false,
      'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1',
    ],
    [{ 'num.partitions': '5' }, true, 'Cannot update these configs dynamically: [num.partitions]'],
    [
      { 'cordoned.log.dirs': '*' },
      false,
      'Cannot update these configs at default cluster level, broker id must be specified: [cordoned.log.dirs]',
    ],
    [{ 'cordoned.log.dirs': '*' }, true, undefined],
    [
      { 'principal.builder.class': 'mine' },
      true,
      'principal.builder.class cannot be used: Java classes cannot be loaded',
    ],
  ])('of a broker: %j, for one broker %s, gives %s', (settings, forOneBroker, message) => {
    const violation = validateBrokerConfigs(texts(settings), { forOneBroker, sources })
    expect(violation).toEqual(message === undefined ? undefined : { error: 'INVALID_REQUEST', message })
  })
})

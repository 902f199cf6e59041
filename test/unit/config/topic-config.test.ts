import { describe, expect, test } from 'vitest'
import { resolveTopicConfig } from '../../../src/config/resolve-topic-config.ts'
import { load } from './minimal-texts.ts'

const resolve = (
  overrides: Readonly<Record<string, string>>,
  broker: Readonly<Record<string, string>> = {},
) => resolveTopicConfig(new Map(Object.entries(overrides)), load(broker).sources)

describe('the settings of a topic', () => {
  test('are its own over those of the broker over the defaults', () => {
    expect(resolve({}).segmentBytes).toBe(1_073_741_824)
    expect(resolve({}, { 'log.segment.bytes': '2000000' }).segmentBytes).toBe(2_000_000)
    expect(resolve({ 'segment.bytes': '3000000' }, { 'log.segment.bytes': '2000000' }).segmentBytes).toBe(
      3_000_000,
    )
  })

  test('take the retention of the broker in milliseconds over minutes over hours', () => {
    const hours = { 'log.retention.hours': '2' }
    const minutes = { ...hours, 'log.retention.minutes': '3' }
    expect(resolve({}, hours).retentionMs).toBe(7_200_000)
    expect(resolve({}, minutes).retentionMs).toBe(180_000)
    expect(resolve({}, { ...minutes, 'log.retention.ms': '7' }).retentionMs).toBe(7)
  })

  test('have undefined for what has no limit', () => {
    const config = resolve({ 'retention.ms': '-1', 'retention.bytes': '-1' })
    expect(config.retentionMs).toBeUndefined()
    expect(config.retentionBytes).toBeUndefined()
    expect(config.flushMessages).toBeUndefined()
    expect(config.flushMs).toBeUndefined()
    expect(config.maxCompactionLagMs).toBeUndefined()
    expect(config.messageTimestampBeforeMaxMs).toBeUndefined()
    expect(resolve({}, { 'log.retention.hours': '-1' }).retentionMs).toBeUndefined()
    expect(resolve({}, { 'log.retention.ms': '-5' }).retentionMs).toBeUndefined()
  })

  test.each([
    ['delete', { cleanupDelete: true, cleanupCompact: false }],
    ['compact', { cleanupDelete: false, cleanupCompact: true }],
    ['compact , delete', { cleanupDelete: true, cleanupCompact: true }],
    ['', { cleanupDelete: false, cleanupCompact: false }],
  ])("cleanup.policy '%s' is taken apart", (policy, expected) => {
    expect(resolve({ 'cleanup.policy': policy })).toMatchObject(expected)
  })

  test('give way to the broker where they cannot be read', () => {
    expect(
      resolve({ 'retention.ms': 'forever', 'unheard.of': '1' }, { 'log.retention.ms': '9' }).retentionMs,
    ).toBe(9)
  })

  test('take the small segments of tests over the smallest that users may have', () => {
    expect(resolve({ 'internal.segment.bytes': '1000' }).segmentBytes).toBe(1000)
  })

  test('are worked out once for all topics without settings of their own', () => {
    const { sources, topicDefaults } = load()
    expect(resolveTopicConfig(new Map(), sources)).toBe(topicDefaults)
  })

  test('carry how the broker flushes', () => {
    expect(resolve({}).flushMode).toBe('durable')
    expect(resolve({ 'retention.ms': '1' }, { 'ottla.flush.mode': 'lazy' }).flushMode).toBe('lazy')
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BROKER_CONFIGS } from '../../../src/config/broker-configs.ts'
import type { ConfigDefinition } from '../../../src/config/config-definition.ts'
import { GROUP_CONFIGS } from '../../../src/config/definitions/group-configs.ts'
import { TOPIC_CONFIGS } from '../../../src/config/definitions/topic-configs.ts'
import { javaDoubleText } from '../../../src/config/java-text.ts'
import { parseValue } from '../../../src/config/parse-value.ts'

const all: [string, ConfigDefinition][] = [BROKER_CONFIGS, TOPIC_CONFIGS, GROUP_CONFIGS].flatMap(
  definitions => Object.entries(definitions) as [string, ConfigDefinition][],
)

describe('a value', () => {
  test('that is a default is valid, and its text is canonical', () => {
    const wrong = all.filter(([key, definition]) => {
      if (definition.defaultValue === undefined) return false
      const result = parseValue(key, definition.defaultValue, definition)
      return 'problem' in result || result.text !== definition.defaultValue
    })
    expect(wrong).toEqual([])
  })

  test('beyond what a number holds exactly is held at the largest, its text stays', () => {
    const definition = BROKER_CONFIGS['log.flush.interval.messages']
    expect(parseValue('k', '9223372036854775807', definition)).toEqual({
      value: Number.MAX_SAFE_INTEGER,
      text: '9223372036854775807',
    })
  })

  test('of a list may have spaces around its entries and counts each once', () => {
    const definition = TOPIC_CONFIGS['cleanup.policy']
    expect(parseValue('k', ' compact , delete,compact ', definition)).toEqual({
      value: ['compact', 'delete'],
      text: 'compact,delete',
    })
  })

  test('of any text is read or turned down with its key, and its canonical text reads the same', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.string({ unit: 'binary' }), ([key, definition], text) => {
        const result = parseValue(key, text, definition)
        if ('problem' in result) expect(result.problem).not.toBe('')
        else expect(parseValue(key, result.text, definition)).toEqual(result)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.001, '0.001'],
    [1e7, '1.0E7'],
    [12_345_678.9, '1.23456789E7'],
    [0.0001, '1.0E-4'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('that is the double %d is spelled %s', (value, text) => {
    expect(javaDoubleText(value)).toBe(text)
  })
})

describe('a definition', () => {
  test('says in a sentence or two what its key means', () => {
    const wordless = all.filter(([, { doc }]) => doc.length < 12 || !doc.endsWith('.'))
    expect(wordless.map(([key]) => key)).toEqual([])
  })
})

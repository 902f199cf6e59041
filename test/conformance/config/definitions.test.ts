import { expect, test } from 'vitest'
import { BROKER_CONFIGS } from '../../../src/config/broker-configs.ts'
import type { ConfigDefinition, ConfigDefinitions } from '../../../src/config/config-definition.ts'
import { GROUP_CONFIGS } from '../../../src/config/definitions/group-configs.ts'
import { OTTLA_CONFIGS } from '../../../src/config/definitions/ottla-configs.ts'
import { TOPIC_CONFIGS } from '../../../src/config/definitions/topic-configs.ts'
import { groupSynonym } from '../../../src/config/group-values.ts'
import { parseValue } from '../../../src/config/parse-value.ts'
import { topicSynonyms } from '../../../src/config/topic-synonyms.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { runKafkaProgram } from './kafka-program.ts'

const split = (definitions: ConfigDefinitions, dynamicOnly: boolean): ConfigDefinitions =>
  Object.fromEntries(
    Object.entries(definitions).filter(
      ([key, definition]) => Boolean(definition.dynamicOnly) === dynamicOnly && !(key in OTTLA_CONFIGS),
    ),
  )

/** By Kafka's own division: what is set at run time only has a definition of its own there. */
const SCOPES: Readonly<Record<string, ConfigDefinitions>> = {
  broker: split(BROKER_CONFIGS, false),
  dynamic: split(BROKER_CONFIGS, true),
  topic: TOPIC_CONFIGS,
  group: GROUP_CONFIGS,
}

const all: readonly [scope: string, key: string, definition: ConfigDefinition][] = Object.entries(
  SCOPES,
).flatMap(([scope, definitions]) =>
  Object.entries(definitions).map(
    ([key, definition]) => [scope, key, definition] as [string, string, typeof definition],
  ),
)

const byName = (lines: readonly (readonly string[])[]): string[] =>
  lines.map(fields => fields.join(' ')).sort()

const numbers = ['0', '1', '-1', '-2', '-3', '+5', '007', '40000', '2147483647', '2147483648', '-2147483649']
const longs = [
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '99999999999999999999999',
]
const doubles = [
  '0.5',
  '0.50',
  '1.5',
  '.5',
  '5.',
  '1e7',
  '1E-4',
  '12345678.9',
  '0.001',
  'NaN',
  '-Infinity',
  '1f',
  '1e400',
]
const words = [
  '',
  ' ',
  'x',
  'true',
  ' TRUE ',
  'no',
  'a,b',
  'a , b',
  'a,,b',
  'a,a',
  ',',
  '1_000',
  '0x10',
  '\u00a05',
]

/** Values around every bound that a definition has, beside those that are tried on all. */
const candidates = ({ check, type }: ConfigDefinition): string[] => {
  const own: string[] = []
  if (check?.kind === 'range') {
    for (const bound of [check.min, check.max]) {
      if (bound !== undefined) own.push(String(bound - 1), String(bound), String(bound + 1))
    }
  } else if (check?.kind === 'one-of' || check?.kind === 'one-of-ignoring-case') {
    own.push(...check.values, ...check.values.map(value => value.toLowerCase()))
  } else if (check?.kind === 'list') {
    const values = check.oneOf ?? ['p', 'q']
    own.push(
      ...values,
      values.join(' , '),
      [...values, ...values].join(','),
      `${values[0]},`,
      values.join(',x,'),
    )
  } else if (check?.kind === 'quorum-voters') {
    own.push(
      '1@h:1',
      '1@h',
      '1@h:99999',
      '1@[::1]:9,2@h:1',
      'x@h:1',
      '1@h:1,1@h:1',
      '@h:1',
      '1@h:x',
      '-1@h:1',
    )
  } else if (check?.kind === 'bootstrap-servers') {
    own.push('h:1', 'h', 'h:99999', '[::1]:9,h:1', 'h:1,h:1', 'h:1,', 'h_x:1', ':1')
  } else if (check?.kind === 'throttled-replicas') {
    own.push('*', '0:1', '0:1,1:2', '0:1,', '*,0:1', 'a:1', '0:1:2', '0:', '*,*')
  } else if (check?.kind === 'offset-reset') {
    own.push(
      'latest',
      'LATEST',
      'by_duration:P1D',
      'by_duration:PT1H30M',
      'by_duration:',
      'by_duration:-PT1S',
      'by_duration:PT1.5S',
    )
  }
  // Java before 19 spells some large doubles with a digit too many.
  const large = type === 'DOUBLE' ? [] : longs
  return [...numbers, ...large, ...doubles, ...words, ...own]
}

describeWithTools(['java', 'mvn'], 'Apache Kafka and this project know the same configuration', () => {
  test('every key has the same type, default, importance and way to change', async () => {
    const theirs = await runKafkaProgram('KafkaConfigFacts', ['definitions'])
    const ours = all.map(([scope, key, { type, defaultValue, importance, internal, dynamic }]) => {
      const text = defaultValue === undefined ? '(required)' : (defaultValue ?? '(null)')
      return [
        scope,
        key,
        type,
        text,
        importance,
        String(internal ?? false),
        scope === 'topic' || scope === 'group' ? '' : dynamic,
      ]
    })
    const comparable = theirs.map(([scope, ...rest]) =>
      scope === 'topic' || scope === 'group' ? [scope, ...rest.slice(0, -1), ''] : [scope as string, ...rest],
    )
    expect(theirs.length).toBeGreaterThan(400)
    expect(byName(ours)).toEqual(byName(comparable))
  })

  test('keys of topics and groups take their defaults from the same keys of the broker', async () => {
    const theirs = await runKafkaProgram('KafkaConfigFacts', ['synonyms'])
    const ours = [
      ...Object.keys(TOPIC_CONFIGS).map(key => [
        'topic',
        key,
        topicSynonyms(key)
          .map(s => s.key)
          .join(','),
      ]),
      ...Object.keys(GROUP_CONFIGS).map(key => ['group', key, groupSynonym(key) ?? '']),
    ]
    const known = new Set(theirs.map(([scope, key]) => `${scope} ${key}`))
    expect(
      byName(ours.filter(([scope, key, names]) => names !== '' || known.has(`${scope} ${key}`))),
    ).toEqual(byName(theirs.map(([scope = '', key = '', names = '']) => [scope, key, names])))
  })

  test('every key takes and turns down the same values, with the same words', async () => {
    // A class is looked for in Kafka; here none can be loaded, so its name is only kept.
    const tried = all
      .filter(([, , definition]) => definition.type !== 'CLASS')
      .flatMap(([scope, key, definition]) =>
        candidates(definition).map(value => ({ scope, key, definition, value })),
      )
    const lines = tried.map(({ scope, key, value }) => [scope, key, value])
    const answers = await runKafkaProgram('KafkaConfigFacts', ['values'], lines)
    expect(answers).toHaveLength(tried.length)
    const differences = tried.flatMap(({ key, definition, value }, index) => {
      const [outcome = '', text = ''] = answers[index] ?? []
      const result = parseValue(key, value, definition)
      const shown = definition.type === 'PASSWORD' ? '[hidden]' : undefined
      const ours = 'problem' in result ? ['error', result.problem] : ['ok', shown ?? result.text ?? '(null)']
      // Kafka says it twice over.
      const isRepeated = definition.check?.kind === 'offset-reset' && outcome === 'error'
      const same = ours[0] === outcome && (isRepeated || ours[1] === text)
      return same ? [] : [{ key, value, theirs: `${outcome} ${text}`, ours: ours.join(' ') }]
    })
    expect(differences).toEqual([])
  })
})

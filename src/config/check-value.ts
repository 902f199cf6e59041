import type { ConfigCheck } from './config-definition.ts'
import { parseBootstrapServer, parseVoter } from './quorum-members.ts'

/** A parsed value: numbers as numbers, lists as arrays, all else as text; `null` is an unset key. */
export type ParsedValue = boolean | number | string | readonly string[] | null

const invalid = (name: string, value: unknown, why: string): string =>
  `Invalid value ${String(value)} for configuration ${name}: ${why}`

const checkRange = (
  name: string,
  { value, text }: Checked,
  check: Extract<ConfigCheck, { kind: 'range' }>,
): string | undefined => {
  if (value === null) return invalid(name, 'null', 'Value must be non-null')
  if (check.min !== undefined && (value as number) < check.min) {
    return invalid(name, text, `Value must be at least ${check.min}`)
  }
  if (check.max !== undefined && (value as number) > check.max) {
    return invalid(name, text, `Value must be no more than ${check.max}`)
  }
  return undefined
}

const checkOneOf = (name: string, value: unknown, values: readonly string[]): string | undefined =>
  values.includes(value as string)
    ? undefined
    : invalid(name, value, `String must be one of: ${values.join(', ')}`)

const checkList = (
  name: string,
  value: ParsedValue,
  check: Extract<ConfigCheck, { kind: 'list' }>,
): string | undefined => {
  if (value === null) return undefined
  const entries = value as readonly string[]
  if (entries.length === 0 && !check.mayBeEmpty) {
    const valid = check.oneOf ? `[${check.oneOf.join(', ')}]` : 'any non-empty value'
    return `Configuration '${name}' must not be empty. Valid values include: ${valid}`
  }
  if (new Set(entries).size !== entries.length)
    return `Configuration '${name}' values must not be duplicated.`
  for (const entry of entries) {
    if (entry === '') return `Configuration '${name}' values must not be empty.`
    const stranger = check.oneOf && checkOneOf(name, entry, check.oneOf)
    if (stranger !== undefined) return stranger
  }
  return undefined
}

const REPLICA = /^[0-9]+:[0-9]+$/

const checkThrottledReplicas = (name: string, value: ParsedValue): string | undefined => {
  const entries = (value ?? []) as readonly string[]
  const text = entries.join(',').replace(/,+$/, '')
  if (text === '' || text === '*' || text.split(',').every(entry => REPLICA.test(entry))) return undefined
  return invalid(
    name,
    `[${entries.join(', ')}]`,
    `${name} must be the literal '*' or a list of replicas in the following format: ` +
      '[partitionId]:[brokerId],[partitionId]:[brokerId],...',
  )
}

const DURATION = /^P(?=.)(?:[0-9]+D)?(?:T(?=.)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]{1,9})?S)?)?$/i

const checkOffsetReset = (name: string, value: ParsedValue): string | undefined => {
  const text = String(value)
  if (text === 'latest' || text === 'earliest') return undefined
  if (text.startsWith('by_duration:') && DURATION.test(text.slice('by_duration:'.length))) return undefined
  return invalid(
    name,
    text,
    "The value must be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
  )
}

interface Checked {
  readonly value: ParsedValue
  readonly text: string | null
}

/** What is wrong with a parsed value, in Kafka's words; `undefined` when nothing is. `text` is its canonical text. */
export const checkValue = (name: string, checked: Checked, check: ConfigCheck): string | undefined => {
  const { value } = checked
  switch (check.kind) {
    case 'range':
      return checkRange(name, checked, check)
    case 'one-of':
      return checkOneOf(name, value, check.values)
    case 'one-of-ignoring-case':
      return check.values.includes(String(value).toUpperCase())
        ? undefined
        : invalid(name, value, `String must be one of (case insensitive): ${check.values.join(', ')}`)
    case 'list':
      return checkList(name, value, check)
    case 'non-empty':
      return value === '' ? invalid(name, value, 'String must be non-empty') : undefined
    case 'non-null':
      return value === null ? invalid(name, value, 'entry must be non null') : undefined
    case 'gzip-level':
      return value === -1 || ((value as number) >= 1 && (value as number) <= 9)
        ? undefined
        : invalid(name, value, 'Value must be between 1 and 9 or equal to -1')
    case 'quorum-voters':
      return firstProblem(value, parseVoter)
    case 'bootstrap-servers':
      return firstProblem(value, parseBootstrapServer)
    case 'throttled-replicas':
      return checkThrottledReplicas(name, value)
    case 'offset-reset':
      return checkOffsetReset(name, value)
  }
}

const firstProblem = (value: ParsedValue, parse: (entry: string) => unknown): string | undefined => {
  for (const entry of (value ?? []) as readonly string[]) {
    const parsed = parse(entry)
    if (typeof parsed === 'string') return parsed
  }
  return undefined
}

import { checkValue, type ParsedValue } from './check-value.ts'
import type { ConfigDefinition } from './config-definition.ts'
import { javaDoubleText, javaTrim, parseJavaDouble, parseJavaInteger } from './java-text.ts'

/**
 * A value with its canonical text (as Kafka's `ConfigDef.convertToString` spells it: what DescribeConfigs shows), or
 * what is wrong with it, in Kafka's words.
 */
export type ValueResult =
  | { readonly value: ParsedValue; readonly text: string | null }
  | { readonly problem: string }

const COMMA = /\s*,\s*/s

const problem = (name: string, text: string, why: string): ValueResult => ({
  problem: `Invalid value ${text} for configuration ${name}: ${why}`,
})

const parseInteger = (name: string, text: string, type: 'SHORT' | 'INT' | 'LONG'): ValueResult => {
  const value = parseJavaInteger(javaTrim(text), type)
  if (value === undefined) return problem(name, text, `Not a number of type ${type}`)
  const max = BigInt(Number.MAX_SAFE_INTEGER)
  return { value: Number(value > max ? max : value < -max ? -max : value), text: String(value) }
}

const parseType = (name: string, text: string, definition: ConfigDefinition): ValueResult => {
  const trimmed = javaTrim(text)
  switch (definition.type) {
    case 'BOOLEAN': {
      const lower = trimmed.toLowerCase()
      if (lower === 'true' || lower === 'false') return { value: lower === 'true', text: lower }
      return problem(name, text, 'Expected value to be either true or false')
    }
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return parseInteger(name, text, definition.type)
    case 'DOUBLE': {
      const value = parseJavaDouble(trimmed)
      if (value === undefined) return problem(name, text, 'Not a number of type DOUBLE')
      return { value, text: javaDoubleText(value) }
    }
    case 'LIST': {
      const given = trimmed === '' ? [] : trimmed.split(COMMA)
      const entries = definition.check?.kind === 'list' ? [...new Set(given)] : given
      return { value: entries, text: entries.join(',') }
    }
    case 'STRING':
    case 'PASSWORD':
    case 'CLASS':
      return { value: trimmed, text: trimmed }
  }
}

/** Reads and checks one value. `null` stands for an unset key whose default is unset. */
export const parseValue = (name: string, text: string | null, definition: ConfigDefinition): ValueResult => {
  const parsed = text === null ? { value: null, text: null } : parseType(name, text, definition)
  if ('problem' in parsed || !definition.check) return parsed
  const wrong = checkValue(name, parsed, definition.check)
  return wrong === undefined ? parsed : { problem: wrong }
}

import type { Field, Fields, FieldType, VersionRange } from '../../../src/protocol/schema.ts'

/**
 * What one version of a message looks like, told alike for Kafka's JSON and for our schemas, so that two shapes can be
 * compared whole.
 */
export interface FieldShape {
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly tag: number | undefined
  readonly default: string
  readonly fields: readonly FieldShape[] | undefined
}

/** A field as Kafka's JSON tells it. */
export interface JsonField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number | string
  readonly default?: unknown
  readonly fields?: readonly JsonField[]
}

export interface JsonMessage {
  readonly apiKey?: number
  readonly type: string
  readonly name: string
  readonly listeners?: readonly string[]
  readonly validVersions: string
  readonly latestVersionUnstable?: boolean
  readonly flexibleVersions?: string
  readonly fields?: readonly JsonField[]
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly JsonField[] }[]
}

/** Kafka's JSON has comments of two slashes. */
export const parseJson = (text: string): JsonMessage =>
  JSON.parse(text.replace(/^\s*\/\/.*$/gm, '').replace(/\s\/\/.*$/gm, '')) as JsonMessage

/** `0-7`, `3+`, `5`, `none`. */
export const parseVersions = (
  text: string | undefined,
  otherwise: readonly [number, number],
): readonly [number, number] => {
  if (text === undefined) return otherwise
  if (text === 'none') return [0, -1]
  const [first, last] = text.split('-')
  if (text.endsWith('+')) return [Number(text.slice(0, -1)), Number.MAX_SAFE_INTEGER]
  return [Number(first), Number(last ?? first)]
}

const includes = ([first, last]: readonly [number, number], version: number) =>
  version >= first && version <= last

const NONE: readonly [number, number] = [0, -1]
const ALL: readonly [number, number] = [0, Number.MAX_SAFE_INTEGER]

export const jsonShape = (message: JsonMessage, version: number): FieldShape[] => {
  const commons = new Map((message.commonStructs ?? []).map(struct => [struct.name, struct.fields]))
  const flexible = includes(parseVersions(message.flexibleVersions, NONE), version)
  const shapes = (fields: readonly JsonField[]): FieldShape[] =>
    fields.filter(field => includes(parseVersions(field.versions, ALL), version)).map(shape)
  const shape = (field: JsonField): FieldShape => {
    const element = field.type.replace(/^\[\]/, '')
    const isStruct = /^[A-Z]/.test(element)
    const fields = isStruct ? (field.fields ?? commons.get(element)) : undefined
    const tagged = flexible && includes(parseVersions(field.taggedVersions, NONE), version)
    return {
      name: lowerFirst(field.name),
      type: field.type.replace(/[A-Z].*/, 'struct'),
      nullable: includes(parseVersions(field.nullableVersions, NONE), version),
      tag: tagged ? Number(field.tag) : undefined,
      default: jsonDefault(field),
      fields: fields === undefined ? undefined : shapes(fields),
    }
  }
  return shapes(message.fields ?? [])
}

const lowerFirst = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

const jsonDefault = ({ default: value, type }: JsonField): string => {
  if (value === undefined || value === '') return implicitDefault(type)
  if (value === null || value === 'null') return 'null'
  if (/^u?int/.test(type)) return String(BigInt(value as string | number))
  return String(value)
}

const implicitDefault = (type: string): string => {
  if (type.startsWith('[]') || /^[A-Z]/.test(type) || type === 'struct') return 'empty'
  if (/^(u?int|float)/.test(type)) return '0'
  return type === 'bool' ? 'false' : 'empty'
}

const within = ({ since = 0, until = Number.MAX_SAFE_INTEGER }: VersionRange, version: number) =>
  version >= since && version <= until

export const schemaShape = (
  fields: Fields,
  { version, flexible }: { version: number; flexible: boolean },
): FieldShape[] => {
  const shape = ([name, { type, options }]: [string, Field]): FieldShape => {
    const { nullable, tag, taggedSince = 0 } = options
    const text = typeText(type)
    return {
      name,
      type: text,
      nullable: nullable === true || (nullable !== undefined && within(nullable, version)),
      tag: flexible && version >= taggedSince ? tag : undefined,
      default: schemaDefault(options.default, text),
      fields: innerShape(type),
    }
  }
  const innerShape = (type: FieldType): FieldShape[] | undefined => {
    if (type.kind === 'array') return innerShape(type.element)
    return type.kind === 'struct' ? shapes(type.fields) : undefined
  }
  const shapes = (inner: Fields) =>
    Object.entries(inner)
      .filter(([, { options }]) => within(options, version))
      .map(shape)
  return shapes(fields)
}

const typeText = (type: FieldType): string => {
  if (type.kind === 'array') return `[]${typeText(type.element)}`
  return type.kind === 'long' ? 'int64' : type.kind
}

const schemaDefault = (value: unknown, type: string): string => {
  if (value === undefined || value === '') return implicitDefault(type)
  if (Array.isArray(value)) return 'empty'
  return String(value)
}

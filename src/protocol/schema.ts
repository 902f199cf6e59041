/**
 * The schema language: messages as data. A message is an object of fields in wire order; which versions carry a
 * field is said at the field, so one definition and one TypeScript type cover all versions of a message.
 *
 *     request: { replicaId: int32({ until: 14, default: -1 }), sessionId: int32({ since: 7 }), topics: array({ ... }) }
 */

/** A range of versions, both ends included; an open end is the message's own. */
export interface VersionRange {
  readonly since?: number
  readonly until?: number
}

export interface FieldOptions extends VersionRange {
  /** May be null on the wire: in all of the field's versions, or in some. */
  readonly nullable?: true | VersionRange
  /** What a decoder fills in where the version lacks the field; otherwise zero, false, "", [] or the empty struct. */
  readonly default?: unknown
  /** A tagged field (KIP-482) of this number, in all of the field's versions ... */
  readonly tag?: number
  /** ... or from this version on, a plain one before. */
  readonly taggedSince?: number
  /** May be left out silently when a version cannot carry its value; otherwise writing it there is an error. */
  readonly ignorable?: true
  /** Written the old way even in flexible versions (the client id of a request header). */
  readonly flexible?: false
}

/**
 * An opaque run of bytes that stands in a message but lies elsewhere (a range of a file). It passes through the
 * encoder as it is; whoever sends the message fetches the bytes.
 */
export interface ExternalBytes {
  readonly sizeBytes: number
}

export type BytesPart = Buffer | ExternalBytes

export type PrimitiveKind =
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'long'
  | 'float64'
  | 'bool'
  | 'string'
  | 'bytes'
  | 'uuid'
  | 'records'

export type FieldType =
  | { readonly kind: PrimitiveKind }
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'struct'; readonly fields: Fields }

declare const decodedType: unique symbol
declare const inputType: unique symbol
declare const optionalInput: unique symbol

/** A field: `T` is what decoding yields, `I` what encoding takes, `O` whether encoding may do without. */
export interface Field<T = unknown, I = unknown, O extends boolean = boolean> {
  readonly type: FieldType
  readonly options: FieldOptions
  readonly [decodedType]?: T
  readonly [inputType]?: I
  readonly [optionalInput]?: O
}

export type Fields = Readonly<Record<string, Field>>

type DecodedOf<F> = F extends Field<infer T, unknown, boolean> ? T : never
type InputOf<F> = F extends Field<unknown, infer I, boolean> ? I : never
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, unknown, infer O> ? (true extends O ? K : never) : never
}[keyof F]

/** The value that decoding a struct yields: every field is there, whatever the version. */
export type Decoded<F extends Fields> = { [K in keyof F]: DecodedOf<F[K]> }

/** The value that encoding takes: fields with a default, a tag or limited versions may be left out. */
export type Input<F extends Fields> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: InputOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: InputOf<F[K]> | undefined
}

type NullOf<O extends FieldOptions> = O extends { nullable: true | VersionRange } ? null : never
type IsOptional<O extends FieldOptions> = O extends
  | { default: unknown }
  | { since: number }
  | { until: number }
  | { tag: number }
  ? true
  : false

type PrimitiveField<T, I> = <const O extends FieldOptions = Record<never, never>>(
  options?: O,
) => Field<T | NullOf<O>, I | NullOf<O>, IsOptional<O>>

function primitive<T, I = T>(kind: PrimitiveKind): PrimitiveField<T, I> {
  const type: FieldType = { kind }
  return options => ({ type, options: options ?? {} })
}

export const int8 = primitive<number>('int8')
export const int16 = primitive<number>('int16')
export const uint16 = primitive<number>('uint16')
export const int32 = primitive<number>('int32')
/**
 * An offset, id, epoch or time of 64 bits as a `number`. A value outside of the safe integers decodes to the nearest
 * double, which every check of a range refuses; encoding one is an error.
 */
export const int64 = primitive<number>('int64')
/** 64 bits whose whole range is legal, exact: a `bigint`. */
export const long = primitive<bigint>('long')
export const float64 = primitive<number>('float64')
export const bool = primitive<boolean>('bool')
export const string = primitive<string>('string')
/** Bytes as they are; decoding yields a view into the frame, valid as long as the frame is. */
export const bytes = primitive<Buffer, Uint8Array>('bytes')
/** 16 bytes in Kafka's text form: 22 characters of URL-safe base64. See `uuid.ts`. */
export const uuid = primitive<string>('uuid')
/** Record batches. Decoding yields a view into the frame; encoding takes bytes or parts that lie elsewhere. */
export const records = primitive<Buffer, Buffer | readonly BytesPart[]>('records')

/** An array of a struct's fields, or of a primitive: `array({ name: string() })`, `array(int32())`. */
export function array<F extends Fields, const O extends FieldOptions = Record<never, never>>(
  element: F,
  options?: O,
): Field<Decoded<F>[] | NullOf<O>, readonly Input<F>[] | NullOf<O>, IsOptional<O>>
export function array<T, I, const O extends FieldOptions = Record<never, never>>(
  element: Field<T, I, boolean>,
  options?: O,
): Field<T[] | NullOf<O>, readonly I[] | NullOf<O>, IsOptional<O>>
export function array(element: Fields | Field, options: FieldOptions = {}): Field {
  const elementType: FieldType = isField(element) ? element.type : { kind: 'struct', fields: element }
  return { type: { kind: 'array', element: elementType }, options }
}

/** A struct inside of a struct. */
export function struct<F extends Fields, const O extends FieldOptions = Record<never, never>>(
  fields: F,
  options?: O,
): Field<Decoded<F> | NullOf<O>, Input<F> | NullOf<O>, IsOptional<O>> {
  return { type: { kind: 'struct', fields }, options: options ?? {} }
}

function isField(element: Fields | Field): element is Field {
  const type = (element as Field).type as FieldType | Field | undefined
  return type !== undefined && 'kind' in type
}

/** A versioned message: one side of an API, or a record that is written to a log. */
export interface Message<F extends Fields = Fields> {
  readonly name: string
  /** Lowest and highest version defined. */
  readonly versions: readonly [number, number]
  /** The first version in the flexible format of KIP-482; undefined: none. */
  readonly flexibleSince: number | undefined
  readonly fields: F
  /** Refuse to write a value that a version cannot carry, rather than leave it out (requests and records). */
  readonly strict: boolean
}

export type MessageValue<M> = M extends Message<infer F> ? Decoded<F> : never
export type MessageInput<M> = M extends Message<infer F> ? Input<F> : never

/** A message that is no API: a record's key or value, an embedded structure. */
export function message<F extends Fields>(definition: {
  readonly name: string
  readonly versions: readonly [number, number]
  readonly flexibleSince?: number
  readonly fields: F
}): Message<F> {
  const { name, versions, flexibleSince, fields } = definition
  return { name, versions, flexibleSince, fields, strict: true }
}

/** The kinds of listener an API is offered on, as Apache Kafka lists them. */
export type ListenerType = 'broker' | 'controller'

/** An API: key, versions, request and response. */
export interface Api<Q extends Fields = Fields, P extends Fields = Fields> {
  readonly key: number
  /** Kafka's name without "Request": `Fetch`. */
  readonly name: string
  readonly versions: readonly [number, number]
  readonly flexibleSince: number | undefined
  readonly listeners: readonly ListenerType[]
  /** The highest version that is stable upstream and so may be offered to clients; -1: none yet. */
  readonly offeredUntil: number
  readonly request: Message<Q>
  readonly response: Message<P>
}

export type RequestOf<A> = A extends Api<infer Q, Fields> ? Decoded<Q> : never
export type RequestInputOf<A> = A extends Api<infer Q, Fields> ? Input<Q> : never
export type ResponseOf<A> = A extends Api<Fields, infer P> ? Decoded<P> : never
export type ResponseInputOf<A> = A extends Api<Fields, infer P> ? Input<P> : never

export function api<Q extends Fields, P extends Fields>(definition: {
  readonly key: number
  readonly name: string
  readonly versions: readonly [number, number]
  readonly flexibleSince?: number
  readonly listeners?: readonly ListenerType[]
  /** Given where it is not the highest version. */
  readonly offeredUntil?: number
  readonly request: Q
  readonly response: P
}): Api<Q, P> {
  const { key, name, versions, flexibleSince, listeners = [], offeredUntil = versions[1] } = definition
  const side = { versions, flexibleSince }
  return {
    key,
    name,
    versions,
    flexibleSince,
    listeners,
    offeredUntil,
    request: { name: `${name}Request`, ...side, fields: definition.request, strict: true },
    response: { name: `${name}Response`, ...side, fields: definition.response, strict: false },
  }
}

import type { Reader } from './reader.ts'
import { DecodeError } from './reader.ts'
import type {
  BytesPart,
  Decoded,
  Field,
  FieldOptions,
  Fields,
  FieldType,
  Input,
  Message,
  VersionRange,
} from './schema.ts'
import { ZERO_UUID } from './uuid.ts'
import { EncodeError, Writer } from './writer.ts'

/** Reads and writes one version of one message. */
export interface Codec<F extends Fields = Fields> {
  decode(reader: Reader): Decoded<F>
  encode(writer: Writer, value: Input<F>): void
}

type Decode = (reader: Reader) => unknown
type Encode = (writer: Writer, value: unknown) => void

interface Wire {
  readonly decode: Decode
  readonly encode: Encode
  /** The fewest bytes that a value takes. */
  readonly smallestBytes: number
}

/** What a codec depends on besides the field. */
interface Context {
  readonly version: number
  readonly flexible: boolean
  readonly strict: boolean
  readonly messageName: string
}

const compiled = new WeakMap<Message, Map<number, Codec>>()

/** The codec of one version of a message; compiled when first asked for. Throws RangeError for a version it has not. */
export function codecOf<F extends Fields>(message: Message<F>, version: number): Codec<F> {
  let versions = compiled.get(message as unknown as Message)
  if (versions === undefined) {
    versions = new Map()
    compiled.set(message as unknown as Message, versions)
  }
  let codec = versions.get(version)
  if (codec === undefined) {
    const [lowest, highest] = message.versions
    if (version < lowest || version > highest)
      throw new RangeError(`${message.name} has no version ${version}`)
    const flexible = message.flexibleSince !== undefined && version >= message.flexibleSince
    codec = compileStruct(message.fields, {
      version,
      flexible,
      strict: message.strict,
      messageName: message.name,
    })
    versions.set(version, codec)
  }
  return codec as unknown as Codec<F>
}

/** One message as one buffer. */
export function encodeMessage<F extends Fields>(
  message: Message<F>,
  version: number,
  value: Input<F>,
): Buffer {
  const writer = new Writer()
  codecOf(message, version).encode(writer, value)
  return writer.finishAsBuffer()
}

function within(range: VersionRange, version: number): boolean {
  return version >= (range.since ?? 0) && version <= (range.until ?? Number.MAX_SAFE_INTEGER)
}

function isNullable({ nullable }: FieldOptions, version: number): boolean {
  return nullable === true || (nullable !== undefined && within(nullable, version))
}

function isTagged({ tag, taggedSince }: FieldOptions, { version, flexible }: Context): boolean {
  return tag !== undefined && flexible && version >= (taggedSince ?? 0)
}

/** What a field has when a version lacks it. A new value each time where it could be changed. */
function defaultMaker({ type, options }: Field): () => unknown {
  if ('default' in options) {
    const value = options.default
    if (type.kind === 'long') return () => (value === null ? null : BigInt(value as bigint | number))
    return Array.isArray(value) ? () => [] : () => value
  }
  switch (type.kind) {
    case 'string':
      return () => ''
    case 'bytes':
    case 'records':
      return options.nullable !== undefined && type.kind === 'records' ? () => null : () => Buffer.alloc(0)
    case 'uuid':
      return () => ZERO_UUID
    case 'bool':
      return () => false
    case 'long':
      return () => 0n
    case 'array':
      return () => []
    case 'struct': {
      const entries = Object.entries(type.fields).map(([key, field]) => [key, defaultMaker(field)] as const)
      return () => Object.fromEntries(entries.map(([key, make]) => [key, make()]))
    }
    default:
      return () => 0
  }
}

/** A struct with every field at its default: a response to which only the error is added. */
export function emptyValue(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, defaultMaker(field)()]))
}

function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined) return true
  const { type, options } = field
  const expected = 'default' in options ? options.default : defaultMaker(field)()
  if (value === null || expected === null) return value === expected
  switch (type.kind) {
    case 'array':
      return (value as unknown[]).length === 0
    case 'bytes':
      return (value as Uint8Array).length === 0
    case 'records':
      return Array.isArray(value) ? value.length === 0 : (value as Buffer).length === 0
    case 'struct':
      return Object.entries(type.fields).every(([key, inner]) =>
        isDefault(inner, (value as Record<string, unknown>)[key]),
      )
    case 'long':
      return value === BigInt(expected as bigint | number)
    default:
      return value === expected
  }
}

interface CompiledField {
  readonly key: string
  readonly field: Field
  readonly make: () => unknown
}

interface PlainField extends CompiledField {
  readonly wire: Wire
}

interface TaggedField extends PlainField {
  readonly tag: number
}

function compileStruct(fields: Fields, context: Context): Codec & Wire {
  const plain: PlainField[] = []
  const tagged: TaggedField[] = []
  const absent: CompiledField[] = []
  /** In the schema's order, so that all decoded values of a message have one shape. */
  const order: { key: string; decode: Decode | undefined; make: () => unknown }[] = []
  for (const [key, field] of Object.entries(fields)) {
    const make = defaultMaker(field)
    const { options } = field
    if (!within(options, context.version)) {
      absent.push({ key, field, make })
      order.push({ key, decode: undefined, make })
    } else {
      const wire = compileField(field, options.flexible === false ? { ...context, flexible: false } : context)
      if (isTagged(options, context)) {
        tagged.push({ key, field, make, wire, tag: options.tag as number })
        order.push({ key, decode: undefined, make })
      } else {
        plain.push({ key, field, make, wire })
        order.push({ key, decode: wire.decode, make })
      }
    }
  }
  tagged.sort((a, b) => a.tag - b.tag)
  const byTag = new Map(tagged.map(entry => [entry.tag, entry]))

  function decode(reader: Reader): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    for (const { key, decode, make } of order) value[key] = decode === undefined ? make() : decode(reader)
    if (context.flexible) decodeTagged(reader, value, byTag)
    return value
  }

  function encode(writer: Writer, input: unknown): void {
    const value = input as Record<string, unknown>
    if (context.strict) refuseWhatIsLost(value, absent, context)
    for (const { key, wire, make } of plain) {
      const given = value[key]
      wire.encode(writer, given === undefined ? make() : given)
    }
    if (context.flexible) encodeTagged(writer, value, tagged)
  }

  const smallestBytes = plain.reduce((sum, { wire }) => sum + wire.smallestBytes, context.flexible ? 1 : 0)
  return { decode: decode as Codec['decode'], encode, smallestBytes }
}

function refuseWhatIsLost(
  value: Record<string, unknown>,
  absent: readonly CompiledField[],
  context: Context,
): void {
  for (const { key, field } of absent) {
    if (field.options.ignorable !== true && !isDefault(field, value[key])) {
      throw new EncodeError(`${context.messageName} version ${context.version} cannot carry "${key}"`)
    }
  }
}

function decodeTagged(reader: Reader, value: Record<string, unknown>, byTag: Map<number, TaggedField>): void {
  if (byTag.size === 0) {
    reader.skipTaggedFields()
    return
  }
  const count = reader.unsignedVarint()
  reader.admit(count, 2)
  for (let i = 0; i < count; i++) {
    const entry = byTag.get(reader.unsignedVarint())
    const sizeBytes = reader.unsignedVarint()
    if (entry === undefined) reader.view(sizeBytes)
    else value[entry.key] = reader.within(sizeBytes, entry.wire.decode)
  }
}

function encodeTagged(writer: Writer, value: Record<string, unknown>, tagged: readonly TaggedField[]): void {
  const present = tagged.filter(({ key, field }) => !isDefault(field, value[key]))
  writer.unsignedVarint(present.length)
  for (const { key, wire, tag } of present) {
    const content = new Writer(64)
    wire.encode(content, value[key])
    writer.unsignedVarint(tag)
    writer.unsignedVarint(content.sizeBytes)
    for (const part of content.finish()) writer.part(part)
  }
}

function compileField(field: Field, context: Context): Wire {
  const nullable = isNullable(field.options, context.version)
  const { type } = field
  switch (type.kind) {
    case 'array':
      return arrayWire(compileType(type.element, context), nullable, context.flexible)
    case 'struct': {
      const wire = compileStruct(type.fields, context)
      return nullable ? nullableStructWire(wire) : wire
    }
    case 'string':
      return stringWire(nullable, context.flexible)
    case 'bytes':
      return bytesWire(nullable, context.flexible)
    case 'records':
      return recordsWire(nullable, context.flexible)
    default:
      return FIXED_WIRES[type.kind]
  }
}

/** An element of an array: never null. */
function compileType(type: FieldType, context: Context): Wire {
  return compileField({ type, options: {} }, context)
}

const FIXED_WIRES = {
  int8: { decode: r => r.int8(), encode: (w, v) => w.int8(v as number), smallestBytes: 1 },
  int16: { decode: r => r.int16(), encode: (w, v) => w.int16(v as number), smallestBytes: 2 },
  uint16: { decode: r => r.uint16(), encode: (w, v) => w.uint16(v as number), smallestBytes: 2 },
  int32: { decode: r => r.int32(), encode: (w, v) => w.int32(v as number), smallestBytes: 4 },
  uint32: { decode: r => r.uint32(), encode: (w, v) => w.uint32(v as number), smallestBytes: 4 },
  int64: { decode: r => r.int64(), encode: (w, v) => w.int64(v as number), smallestBytes: 8 },
  long: { decode: r => r.long(), encode: (w, v) => w.long(v as bigint), smallestBytes: 8 },
  float64: { decode: r => r.float64(), encode: (w, v) => w.float64(v as number), smallestBytes: 8 },
  bool: { decode: r => r.bool(), encode: (w, v) => w.bool(v as boolean), smallestBytes: 1 },
  uuid: { decode: r => r.uuid(), encode: (w, v) => w.uuid(v as string), smallestBytes: 16 },
} as const satisfies Record<string, Wire>

/** How the length of something is written: the plain or the compact way; -1 stands for null in both. */
interface LengthForm {
  read(reader: Reader): number
  write(writer: Writer, length: number): void
  readonly bytes: number
}

const INT16_LENGTH: LengthForm = { read: r => r.int16(), write: (w, n) => w.int16(n), bytes: 2 }
const INT32_LENGTH: LengthForm = { read: r => r.int32(), write: (w, n) => w.int32(n), bytes: 4 }
const COMPACT_LENGTH: LengthForm = {
  read: r => r.unsignedVarint() - 1,
  write: (w, n) => w.unsignedVarint(n + 1),
  bytes: 1,
}

function refuseNull(what: string): never {
  throw new DecodeError(`null where ${what} must be`)
}

function arrayWire(element: Wire, nullable: boolean, flexible: boolean): Wire {
  const form = flexible ? COMPACT_LENGTH : INT32_LENGTH
  return {
    smallestBytes: form.bytes,
    decode(reader) {
      const count = form.read(reader)
      if (count === -1) return nullable ? null : refuseNull('an array')
      reader.admit(count, Math.max(1, element.smallestBytes))
      const values: unknown[] = []
      for (let i = 0; i < count; i++) values.push(element.decode(reader))
      return values
    },
    encode(writer, value) {
      if (value === null) {
        if (!nullable) throw new EncodeError('null where an array must be')
        form.write(writer, -1)
        return
      }
      const values = value as readonly unknown[]
      form.write(writer, values.length)
      for (const item of values) element.encode(writer, item)
    },
  }
}

function nullableStructWire(wire: Wire): Wire {
  return {
    smallestBytes: 1,
    decode: reader => (reader.int8() < 0 ? null : wire.decode(reader)),
    encode(writer, value) {
      writer.int8(value === null ? -1 : 1)
      if (value !== null) wire.encode(writer, value)
    },
  }
}

function stringWire(nullable: boolean, flexible: boolean): Wire {
  const form = flexible ? COMPACT_LENGTH : INT16_LENGTH
  return {
    smallestBytes: form.bytes,
    decode(reader) {
      const length = form.read(reader)
      if (length === -1) return nullable ? null : refuseNull('a string')
      return reader.text(length)
    },
    encode(writer, value) {
      if (value === null) {
        if (!nullable) throw new EncodeError('null where a string must be')
        form.write(writer, -1)
        return
      }
      const length = Buffer.byteLength(value as string)
      if (length > 0x7fff) throw new EncodeError(`a string of ${length} bytes`)
      form.write(writer, length)
      writer.text(value as string, length)
    },
  }
}

function bytesWire(nullable: boolean, flexible: boolean): Wire {
  const form = flexible ? COMPACT_LENGTH : INT32_LENGTH
  return {
    smallestBytes: form.bytes,
    decode(reader) {
      const length = form.read(reader)
      if (length === -1) return nullable ? null : refuseNull('bytes')
      return reader.view(length)
    },
    encode(writer, value) {
      if (value === null) {
        if (!nullable) throw new EncodeError('null where bytes must be')
        form.write(writer, -1)
        return
      }
      const given = value as Uint8Array
      form.write(writer, given.length)
      writer.part(Buffer.isBuffer(given) ? given : Buffer.from(given.buffer, given.byteOffset, given.length))
    },
  }
}

function recordsWire(nullable: boolean, flexible: boolean): Wire {
  const form = flexible ? COMPACT_LENGTH : INT32_LENGTH
  const read = bytesWire(nullable, flexible)
  return {
    smallestBytes: form.bytes,
    decode: read.decode,
    encode(writer, value) {
      if (value === null || Buffer.isBuffer(value)) {
        read.encode(writer, value)
        return
      }
      const parts = value as readonly BytesPart[]
      const sizeBytes = parts.reduce(
        (sum, part) => sum + (Buffer.isBuffer(part) ? part.length : part.sizeBytes),
        0,
      )
      form.write(writer, sizeBytes)
      for (const part of parts) writer.part(part)
    },
  }
}

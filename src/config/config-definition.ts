/** The types of values, by Apache Kafka's names (`ConfigDef.Type`). */
export type ConfigType =
  | 'BOOLEAN'
  | 'STRING'
  | 'INT'
  | 'SHORT'
  | 'LONG'
  | 'DOUBLE'
  | 'LIST'
  | 'CLASS'
  | 'PASSWORD'

export type ConfigImportance = 'HIGH' | 'MEDIUM' | 'LOW'

/** How a broker's key may change while it runs: not at all, on one broker, or on one broker and for all of them (KIP-226). */
export type DynamicMode = 'read-only' | 'per-broker' | 'cluster-wide'

/** What a key belongs to. A controller reads its keys from the broker's file. */
export type ConfigScope = 'broker' | 'topic' | 'group'

/**
 * The checks beyond the type, as data. A `list` without `oneOf` takes any entries; an empty entry is never valid in it and
 * a repeated one counts once (KIP-1161).
 */
export type ConfigCheck =
  | { readonly kind: 'range'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  | { readonly kind: 'one-of-ignoring-case'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly oneOf?: readonly string[]; readonly mayBeEmpty: boolean }
  | { readonly kind: 'non-empty' }
  | { readonly kind: 'non-null' }
  | { readonly kind: 'gzip-level' }
  | { readonly kind: 'quorum-voters' }
  | { readonly kind: 'bootstrap-servers' }
  | { readonly kind: 'throttled-replicas' }
  | { readonly kind: 'offset-reset' }

/**
 * What becomes of a key that a user sets: it is used; or ignored for now, for the reason given; or refused, since to
 * ignore it would give the user less (security, above all) than was asked for.
 */
export type ConfigUse = { readonly used: true } | { readonly ignored: string } | { readonly refused: string }

/** One key: everything that parsing, DescribeConfigs, the documentation and error texts need. */
export interface ConfigDefinition<
  Type extends ConfigType = ConfigType,
  MayBeNull extends boolean = boolean,
  Use extends ConfigUse = ConfigUse,
> {
  readonly type: Type
  /** As text, in Java's spelling. `null`: none is set and that is fine; `undefined`: the user must set it. */
  readonly defaultValue: string | (MayBeNull extends true ? null : never) | undefined
  readonly check?: ConfigCheck
  readonly importance: ConfigImportance
  readonly doc: string
  readonly dynamic: DynamicMode
  readonly use: Use
  /** Not documented by Kafka and left out of DescribeConfigs unless set. */
  readonly internal?: true
  /** Only ever set at run time, never in the file (replication quotas). */
  readonly dynamicOnly?: true
}

export type ConfigDefinitions = Readonly<Record<string, ConfigDefinition>>

/** The value that a definition's text parses to. Numbers beyond 2^53 - 1 are held at that: "never" and "without limit". */
export type ConfigValue<Definition extends ConfigDefinition> =
  | BaseValue<Definition['type']>
  | (Definition extends ConfigDefinition<ConfigType, false> ? never : undefined)

type BaseValue<Type extends ConfigType> = Type extends 'BOOLEAN'
  ? boolean
  : Type extends 'INT' | 'SHORT' | 'LONG' | 'DOUBLE'
    ? number
    : Type extends 'LIST'
      ? readonly string[]
      : string

/** Secrets: never shown, never logged. */
export const isSensitive = (definition: ConfigDefinition | undefined): boolean =>
  definition === undefined || definition.type === 'PASSWORD'

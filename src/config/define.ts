import type {
  ConfigCheck,
  ConfigDefinition,
  ConfigDefinitions,
  ConfigImportance,
  ConfigType,
  ConfigUse,
  DynamicMode,
} from './config-definition.ts'

/** The largest 64-bit integer and double, as Java spells them: Kafka's "never" and "without limit". */
export const LONG_MAX = '9223372036854775807'
export const DOUBLE_MAX = '1.7976931348623157E308'
export const INT_MAX = 2_147_483_647

/** The key must be set by the user. */
export const REQUIRED = Symbol('required')

type Used = { readonly used: true }
type DefaultOf = string | number | boolean | null | typeof REQUIRED
type Define<Type extends ConfigType> = <Default extends DefaultOf>(
  defaultValue: Default,
  importance: ConfigImportance,
  doc: string,
  check?: ConfigCheck,
) => ConfigDefinition<Type, Default extends null ? true : false, Used>

const defining =
  <Type extends ConfigType>(type: Type): Define<Type> =>
  (defaultValue, importance, doc, check) =>
    ({
      type,
      defaultValue:
        defaultValue === REQUIRED ? undefined : defaultValue === null ? null : String(defaultValue as string),
      importance,
      doc,
      dynamic: 'read-only',
      use: { used: true },
      ...(check && { check }),
    }) as never

export const bool = defining('BOOLEAN')
export const int = defining('INT')
export const short = defining('SHORT')
export const long = defining('LONG')
export const double = defining('DOUBLE')
export const string = defining('STRING')
export const list = defining('LIST')
export const className = defining('CLASS')
export const password = defining('PASSWORD')

export const atLeast = (min: number): ConfigCheck => ({ kind: 'range', min })
export const between = (min: number, max: number): ConfigCheck => ({ kind: 'range', min, max })
export const oneOf = (...values: string[]): ConfigCheck => ({ kind: 'one-of', values })
export const oneOfIgnoringCase = (...values: string[]): ConfigCheck => ({
  kind: 'one-of-ignoring-case',
  values,
})
export const anyList = (...oneOf: string[]): ConfigCheck => ({
  kind: 'list',
  mayBeEmpty: true,
  ...(oneOf.length > 0 && { oneOf }),
})
export const nonEmptyList = (...oneOf: string[]): ConfigCheck => ({
  kind: 'list',
  mayBeEmpty: false,
  ...(oneOf.length > 0 && { oneOf }),
})
export const NON_EMPTY: ConfigCheck = { kind: 'non-empty' }

type WithUse<Definition, Use extends ConfigUse> =
  Definition extends ConfigDefinition<infer Type, infer MayBeNull>
    ? ConfigDefinition<Type, MayBeNull, Use>
    : never
type AllWithUse<Definitions extends ConfigDefinitions, Use extends ConfigUse> = {
  readonly [Key in keyof Definitions]: WithUse<Definitions[Key], Use>
}

const changeAll = <Definitions extends ConfigDefinitions>(
  definitions: Definitions,
  change: Partial<ConfigDefinition>,
): never =>
  Object.fromEntries(
    Object.entries(definitions).map(([key, definition]) => [key, { ...definition, ...change }]),
  ) as never

/** These keys are Kafka's and have no effect here yet. */
export const ignored = <Definitions extends ConfigDefinitions>(
  reason: string,
  definitions: Definitions,
): AllWithUse<Definitions, { readonly ignored: string }> =>
  changeAll(definitions, { use: { ignored: reason } })

/** These keys are Kafka's and may not be set to anything but their default, since what they ask for is not there yet. */
export const refused = <Definitions extends ConfigDefinitions>(
  reason: string,
  definitions: Definitions,
): AllWithUse<Definitions, { readonly refused: string }> =>
  changeAll(definitions, { use: { refused: reason } })

const changing =
  (change: Partial<ConfigDefinition>) =>
  <Definitions extends ConfigDefinitions>(definitions: Definitions): Definitions =>
    changeAll(definitions, change)

const dynamic = (mode: DynamicMode) => changing({ dynamic: mode })
export const clusterWide = dynamic('cluster-wide')
export const perBroker = dynamic('per-broker')
/** Keys that Kafka does not document. */
export const internal = changing({ internal: true })
/** Keys that are set at run time only. */
export const dynamicOnly = changing({ dynamicOnly: true, dynamic: 'cluster-wide' })

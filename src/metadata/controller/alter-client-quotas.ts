import { isIP } from 'node:net'

import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  AlterClientQuotasRequest,
  AlterClientQuotasResponse,
} from '../../protocol/messages/alter-client-quotas.ts'
import type { QuotaEntity } from '../image/client-quotas-image.ts'
import { quotaEntity, quotaEntityKey } from '../image/client-quotas-image.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import { outcomeOf, refuseTooManyRecords } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'

type Entry = AlterClientQuotasRequest['entries'][number]

/** Keys by the kind of entity, and what numbers they take (QuotaConfig). */
const USER_AND_CLIENT_KEYS: ReadonlyMap<string, 'whole' | 'fraction'> = new Map([
  ['producer_byte_rate', 'whole'],
  ['consumer_byte_rate', 'whole'],
  ['request_percentage', 'fraction'],
  ['controller_mutation_rate', 'fraction'],
])
const IP_KEYS: ReadonlyMap<string, 'whole' | 'fraction'> = new Map([['connection_creation_rate', 'whole']])

/** Sets and removes quotas, each entity on its own. */
export function alterClientQuotas(
  machine: ControllerMachine,
  request: AlterClientQuotasRequest,
): ControllerResult<AlterClientQuotasResponse> {
  const records: MetadataRecord[] = []
  const seen = new Set<string>()
  const entries = request.entries.map(entry => {
    const outcome = outcomeOf(() => {
      const entity = quotaEntity(entry.entity)
      const key = quotaEntityKey(entity)
      if (seen.has(key)) refuse('Ignoring duplicate entity')
      seen.add(key)
      const written = alterEntity(machine, entry, entity)
      refuseTooManyRecords(records.length + written.length)
      for (const record of written) records.push(record)
    })
    return { ...outcome, entity: entry.entity }
  })
  return { records: request.validateOnly ? [] : records, response: { throttleTimeMs: 0, entries } }
}

function alterEntity(machine: ControllerMachine, entry: Entry, entity: QuotaEntity): MetadataRecord[] {
  if (entity.size !== entry.entity.length) refuse('Duplicate entity type in client quota entity')
  const keys = keysOf(entity)
  const current = machine.clientQuotas.valuesOf(entity)
  const records: MetadataRecord[] = []
  const done = new Set<string>()
  for (const { key, value, remove } of entry.ops) {
    if (done.has(key)) refuse(`Duplicate quota key ${key}`)
    done.add(key)
    if (!remove) validate(keys, key, value)
    const isChange = remove ? current?.has(key) === true : current?.get(key) !== value
    if (!isChange) continue
    const change = { entity: entry.entity, key, value: remove ? 0 : value, remove }
    records.push(metadataRecord('ClientQuotaRecord', 0, change))
  }
  return records
}

function keysOf(entity: QuotaEntity): ReadonlyMap<string, 'whole' | 'fraction'> {
  if (entity.size === 0) refuse('Invalid empty client quota entity')
  for (const [type, name] of entity) {
    if (!['user', 'client-id', 'ip'].includes(type)) refuse(`Unhandled client quota entity type: ${type}`)
    if (name === '') refuse(`Empty ${type} not supported`)
  }
  if (!entity.has('ip')) return USER_AND_CLIENT_KEYS
  if (entity.size > 1) {
    refuse('Invalid quota entity combination, IP entity should not be combined with User or ClientId')
  }
  const ip = entity.get('ip')
  if (ip !== null && ip !== undefined && isIP(ip) === 0) refuse(`${ip} is not a valid IP or resolvable host.`)
  return IP_KEYS
}

function validate(keys: ReadonlyMap<string, 'whole' | 'fraction'>, key: string, value: number): void {
  const kind = keys.get(key)
  if (kind === undefined) refuse(`Invalid configuration key ${key}`)
  if (!(value > 0)) refuse(`Quota ${key} must be greater than 0`)
  if (kind === 'fraction') return
  if (value > Number.MAX_SAFE_INTEGER) refuse(`Proposed value for ${key} is too large for a LONG.`)
  if (!Number.isInteger(value)) refuse(`${key} cannot be a fractional value.`)
}

function refuse(message: string): never {
  throw new ApiError(ErrorCode.INVALID_REQUEST, message)
}

import { ErrorCode } from '../../protocol/error-code.ts'
import type { DeleteTopicsRequest, DeleteTopicsResponse } from '../../protocol/messages/delete-topics.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import type { ApiOutcome } from './api-outcome.ts'
import { failure, refuseTooManyRecords, SUCCESS } from './api-outcome.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'

interface Named {
  readonly name: string | null
  readonly topicId: string
}

/** Removes topics by name or by id, each on its own. The brokers remove the data when they learn of it. */
export function deleteTopics(
  machine: ControllerMachine,
  request: DeleteTopicsRequest,
): ControllerResult<DeleteTopicsResponse> {
  const wanted: Named[] = [
    ...request.topics,
    ...request.topicNames.map(name => ({ name, topicId: ZERO_UUID })),
  ]
  const names = countOf(wanted.map(({ name }) => name))
  const ids = countOf(wanted.map(({ topicId }) => topicId))
  const removed = new Set<string>()
  const records: MetadataRecord[] = []
  const responses = wanted.map(topic => {
    const found = find(machine, topic)
    const outcome =
      refusal(topic, names, ids) ??
      (found === undefined ? unknown(topic) : removeOnce(found.topicId, removed))
    if (outcome === SUCCESS && found !== undefined) {
      records.push(metadataRecord('RemoveTopicRecord', 0, { topicId: found.topicId }))
    }
    const isKnown = outcome === SUCCESS && found !== undefined
    return { ...(isKnown ? { name: found.name, topicId: found.topicId } : topic), ...outcome }
  })
  refuseTooManyRecords(records.length)
  return { records, response: { responses } }
}

function countOf<T>(items: readonly T[]): ReadonlyMap<T, number> {
  const counts = new Map<T, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

function find(machine: ControllerMachine, { name, topicId }: Named) {
  return name === null ? machine.replication.topicById(topicId) : machine.replication.topicByName(name)
}

function refusal(
  { name, topicId }: Named,
  names: ReadonlyMap<string | null, number>,
  ids: ReadonlyMap<string, number>,
): ApiOutcome | undefined {
  if (name === null && topicId === ZERO_UUID) {
    return failure(ErrorCode.INVALID_REQUEST, 'Neither topic name nor id were specified.')
  }
  if (name !== null && topicId !== ZERO_UUID) {
    return failure(ErrorCode.INVALID_REQUEST, 'You may not specify both topic name and topic id.')
  }
  if (name !== null && (names.get(name) ?? 0) > 1) {
    return failure(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.')
  }
  if (name === null && (ids.get(topicId) ?? 0) > 1) {
    return failure(ErrorCode.INVALID_REQUEST, 'Duplicate topic id.')
  }
  return undefined
}

function unknown({ name }: Named): ApiOutcome {
  return name === null
    ? failure(ErrorCode.UNKNOWN_TOPIC_ID, 'This server does not host this topic ID.')
    : failure(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'This server does not host this topic-partition.')
}

function removeOnce(topicId: string, removed: Set<string>): ApiOutcome {
  if (removed.has(topicId)) {
    const message = 'The provided topic name maps to an ID that was already supplied.'
    return failure(ErrorCode.INVALID_REQUEST, message)
  }
  removed.add(topicId)
  return SUCCESS
}

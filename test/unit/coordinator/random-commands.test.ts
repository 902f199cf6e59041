import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ApiError, ErrorCode } from '../../../src/protocol/error-code.ts'
import type { JoinGroupResponse } from '../../../src/protocol/messages/join-group.ts'
import type { SyncGroupResponse } from '../../../src/protocol/messages/sync-group.ts'
import { GroupFixture, type Pending } from './group-fixture.ts'

const GROUPS = ['one', 'two']
const CLIENTS = 4
const TOPICS = ['a', 'b', 'c']

/** One thing that a client, the disk, the controller or time does. */
type Step =
  | { readonly kind: 'join'; readonly client: number; readonly protocol: string; readonly version: number }
  | { readonly kind: 'sync' | 'heartbeat' | 'leave' | 'forget'; readonly client: number }
  | { readonly kind: 'commit'; readonly client: number; readonly topic: string; readonly offset: number }
  | { readonly kind: 'commit alone' | 'delete group'; readonly group: string }
  | { readonly kind: 'delete offsets'; readonly group: string; readonly topic: string }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'replicate' | 'fail a write' | 'fail over' | 'lose the leadership' }

const client = fc.nat(CLIENTS - 1)
const group = fc.constantFrom(...GROUPS)
const topic = fc.constantFrom(...TOPICS)
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('join' as const),
      client,
      protocol: fc.constantFrom('range', 'sticky'),
      version: fc.constantFrom(0, 3, 5, 9),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'sync' as const,
        'sync' as const,
        'heartbeat' as const,
        'leave' as const,
        'forget' as const,
      ),
      client,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), client, topic, offset: fc.nat() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('commit alone' as const, 'delete group' as const), group }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete offsets' as const), group, topic }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 500, 3_000, 12_000, 700_000),
    }),
  },
  { weight: 5, arbitrary: fc.constant({ kind: 'replicate' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('fail a write' as const, 'fail over' as const, 'lose the leadership' as const),
    }),
  },
)

/** A client with the memory that a real one has of its membership. */
class Client {
  readonly group: string
  readonly instance: string | null
  memberId = ''
  generation = -1
  joining: Pending<JoinGroupResponse> | undefined
  members: string[] = []

  constructor(index: number) {
    this.group = GROUPS[index % GROUPS.length] as string
    this.instance = index >= CLIENTS / 2 ? `static ${index}` : null
  }

  learn(): void {
    const response = this.joining?.value
    if (response === undefined) return
    this.joining = undefined
    this.memberId = response.errorCode === ErrorCode.UNKNOWN_MEMBER_ID ? '' : response.memberId
    this.generation = response.generationId ?? -1
    this.members = (response.members ?? []).map(({ memberId }) => memberId)
  }
}

/** Runs the steps and returns every answer that was waited for. */
async function run(steps: readonly Step[]): Promise<GroupFixture> {
  const groups = await GroupFixture.leading({
    commitsAtOnce: false,
    settings: { groupMaxSize: 3, offsetsRetentionMinutes: 5, groupInitialRebalanceDelayMs: 500 },
  })
  const clients = Array.from({ length: CLIENTS }, (_, index) => new Client(index))
  const answers: (Pending<JoinGroupResponse> | Pending<SyncGroupResponse>)[] = []
  for (const each of steps) {
    await take(each, { groups, clients, answers })
    await groups.settle()
    for (const one of clients) one.learn()
    groups.check()
    checkGroups(groups)
  }
  // Nobody waits for ever: at the end of the leadership at the latest there is an answer.
  groups.service.onResignation(0)
  await groups.settle()
  for (const answer of answers) expect(answer.done.errorCode).toBeTypeOf('number')
  expect(groups.clock.pendingTimers).toBe(0)
  return groups
}

async function take(
  each: Step,
  {
    groups,
    clients,
    answers,
  }: {
    groups: GroupFixture
    clients: readonly Client[]
    answers: (Pending<JoinGroupResponse> | Pending<SyncGroupResponse>)[]
  },
): Promise<void> {
  switch (each.kind) {
    case 'join': {
      const { memberId, instance, group: ofGroup } = clients[each.client] as Client
      const protocols = { [each.protocol]: '', both: '' }
      const { version } = each
      const joining = groups.join({ group: ofGroup, memberId, instance, protocols, version })
      ;(clients[each.client] as Client).joining = joining
      answers.push(joining)
      break
    }
    case 'sync': {
      const { memberId, instance, generation, group: ofGroup, members } = clients[each.client] as Client
      const assignments = Object.fromEntries(members.map(id => [id, `for ${id}`]))
      answers.push(groups.sync({ group: ofGroup, memberId, instance, generation, assignments }))
      break
    }
    case 'heartbeat': {
      const { memberId, instance, generation, group: ofGroup } = clients[each.client] as Client
      groups.heartbeat({ group: ofGroup, memberId, instance, generation })
      break
    }
    case 'leave': {
      const { memberId, instance, group: ofGroup } = clients[each.client] as Client
      groups.leave([{ memberId, instance }], ofGroup)
      break
    }
    case 'forget':
      // It restarts.
      Object.assign(clients[each.client] as Client, { memberId: '', generation: -1, joining: undefined })
      break
    case 'commit': {
      const { memberId, instance, generation, group: groupId } = clients[each.client] as Client
      const who = { groupId, memberId, groupInstanceId: instance, generationIdOrMemberEpoch: generation }
      groups.commit({ [each.topic]: each.offset }, who)
      break
    }
    case 'commit alone':
      groups.commit({ a: 1, b: 2 }, { groupId: each.group })
      break
    case 'delete group':
      groups.service.deleteGroups([each.group]).catch(() => {})
      break
    case 'delete offsets': {
      const topics = [{ name: each.topic, partitions: [{ partitionIndex: 0 }] }]
      groups.service.deleteOffsets({ groupId: each.group, topics }).catch(() => {})
      break
    }
    case 'pass':
      await groups.advance(each.ms)
      break
    case 'replicate':
      groups.log.commit()
      break
    case 'fail a write':
      groups.writer.failNext(new ApiError(ErrorCode.NOT_ENOUGH_REPLICAS))
      break
    case 'fail over':
      groups.service.onResignation(0)
      groups.log.truncateToHighWatermark()
      await groups.lead()
      break
    case 'lose the leadership':
      await groups.lead()
  }
}

/** What holds for every group at any time. */
function checkGroups(groups: GroupFixture): void {
  groups.host.runSoft(({ classic, persisted }) => {
    for (const each of classic.values()) {
      const members = [...each.members.values()]
      expect(each.awaitingJoinCount).toBe(
        members.filter(({ awaitingJoin }) => awaitingJoin !== undefined).length,
      )
      if (each.state === 'Empty') expect(members).toEqual([])
      if (each.state === 'Stable' || each.state === 'CompletingRebalance') {
        expect(members).not.toEqual([])
        expect(each.members.has(each.leaderId as string)).toBe(true)
        expect(each.protocolName).toBeTypeOf('string')
      }
      if (each.state === 'Stable') {
        // What members were told is what the log says.
        const { generationId } = each
        expect(persisted.get(each.groupId)).toMatchObject({ generationId })
      }
      for (const memberId of each.pendingSyncMembers) expect(each.members.has(memberId)).toBe(true)
    }
  })
}

test('whatever happens, the log brings back the state, commands change none, and nobody waits for ever', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), async steps => {
      await run(steps)
    }),
    { numRuns: 150 },
  )
})

test('groups become stable under the steps that are taken at random', async () => {
  // Were the random walk never to get there, the property above would say little.
  let stable = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 60 }), async steps => {
      const groups = await run(steps)
      const isStable = groups
        .records()
        .some(
          ({ type, value }) => type === 'GroupMetadata' && value !== undefined && value.members.length > 0,
        )
      if (isStable) stable++
    }),
    { numRuns: 20, seed: 7 },
  )
  expect(stable).toBeGreaterThan(0)
})

import { describe, expect, test } from 'vitest'
import { allocateProducerIds } from '../../../src/metadata/controller/allocate-producer-ids.ts'
import { alterClientQuotas } from '../../../src/metadata/controller/alter-client-quotas.ts'
import {
  incrementalAlterConfigs,
  legacyAlterConfigs,
} from '../../../src/metadata/controller/alter-configs.ts'
import { updateFeatures } from '../../../src/metadata/controller/update-features.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import type { AlterClientQuotasRequest } from '../../../src/protocol/messages/alter-client-quotas.ts'
import { ControllerFixture } from './controller-fixture.ts'

const TOPIC = 2
const BROKER = 4
const SET = 0
const DELETE = 1
const APPEND = 2
const SUBTRACT = 3

interface Change {
  readonly type?: number
  readonly name?: string
  readonly configs: readonly (readonly [name: string, operation: number, value: string | null])[]
}

const alter = (fixture: ControllerFixture, change: Change, { validateOnly = false } = {}) =>
  fixture.host.run(machine =>
    incrementalAlterConfigs(machine, {
      resources: [
        {
          resourceType: change.type ?? TOPIC,
          resourceName: change.name ?? 't',
          configs: change.configs.map(([name, configOperation, value]) => ({ name, configOperation, value })),
        },
      ],
      validateOnly,
    }),
  )

async function withTopic(options = {}) {
  const fixture = await ControllerFixture.create(options)
  await fixture.createTopic('t')
  return fixture
}

const value = (fixture: ControllerFixture, name: string) =>
  fixture.machine.configs.valuesOf({ type: TOPIC, name: 't' }).get(name)

describe('IncrementalAlterConfigs', () => {
  test('single settings are set and taken away', async () => {
    const fixture = await withTopic()
    await alter(fixture, { configs: [['retention.ms', SET, '5']] })
    expect(value(fixture, 'retention.ms')).toBe('5')
    await alter(fixture, { configs: [['segment.ms', SET, '6']] })
    expect(value(fixture, 'retention.ms')).toBe('5')
    await alter(fixture, { configs: [['retention.ms', DELETE, null]] })
    expect(value(fixture, 'retention.ms')).toBeUndefined()
    expect(value(fixture, 'segment.ms')).toBe('6')
  })

  test('lists are appended to and subtracted from, beginning with the default', async () => {
    const fixture = await withTopic()
    await alter(fixture, { configs: [['cleanup.policy', APPEND, 'compact']] })
    expect(value(fixture, 'cleanup.policy')).toBe('delete,compact')
    await alter(fixture, { configs: [['cleanup.policy', SUBTRACT, 'delete']] })
    expect(value(fixture, 'cleanup.policy')).toBe('compact')
  })

  test('a setting that stays as it is is written again for brokers only', async () => {
    const fixture = await withTopic()
    await alter(fixture, { configs: [['retention.ms', SET, '5']] })
    const { endOffset } = fixture.log
    await alter(fixture, { configs: [['retention.ms', SET, '5']] })
    expect(fixture.log.endOffset).toBe(endOffset)
    for (let time = 1; time <= 2; time++) {
      await alter(fixture, { type: BROKER, name: '1', configs: [['log.cleaner.threads', SET, '2']] })
      expect(fixture.log.endOffset).toBe(endOffset + time)
    }
  })

  test.each([
    ['an unknown topic', { name: 'x', configs: [] }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['the empty topic name', { name: '', configs: [] }, ErrorCode.INVALID_REQUEST],
    ['an unknown setting', { configs: [['x', SET, '1']] }, ErrorCode.INVALID_CONFIG],
    ['a wrong value', { configs: [['retention.ms', SET, 'x']] }, ErrorCode.INVALID_CONFIG],
    [
      'a setting named twice',
      {
        configs: [
          ['a', SET, '1'],
          ['a', SET, '2'],
        ],
      },
      ErrorCode.INVALID_REQUEST,
    ],
    ['null', { configs: [['retention.ms', SET, null]] }, ErrorCode.INVALID_REQUEST],
    ['an appendix to a number', { configs: [['retention.ms', APPEND, '1']] }, ErrorCode.INVALID_CONFIG],
    ['an unknown operation', { configs: [['cleanup.policy', 9, '1']] }, ErrorCode.INVALID_REQUEST],
    ['an unknown kind of resource', { type: 7, configs: [] }, ErrorCode.INVALID_REQUEST],
    ['a broker that is no number', { type: BROKER, name: 'x', configs: [] }, ErrorCode.INVALID_REQUEST],
    ['an unknown broker', { type: BROKER, name: '9', configs: [] }, ErrorCode.BROKER_ID_NOT_REGISTERED],
  ] as const)('%s is refused', async (_what, change, errorCode) => {
    const fixture = await withTopic()
    const { endOffset } = fixture.log
    const { responses } = await alter(fixture, change)
    expect(responses).toMatchObject([{ errorCode, errorMessage: expect.stringMatching(/\w/) }])
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test('validate only writes nothing', async () => {
    const fixture = await withTopic()
    const { endOffset } = fixture.log
    const { responses } = await alter(
      fixture,
      { configs: [['retention.ms', SET, '5']] },
      { validateOnly: true },
    )
    expect(responses).toMatchObject([{ errorCode: 0 }])
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test('the old way resets what is not named', async () => {
    const fixture = await withTopic()
    await alter(fixture, {
      configs: [
        ['retention.ms', SET, '5'],
        ['segment.ms', SET, '6'],
      ],
    })
    await fixture.host.run(machine =>
      legacyAlterConfigs(machine, {
        resources: [
          { resourceType: TOPIC, resourceName: 't', configs: [{ name: 'segment.ms', value: '7' }] },
        ],
        validateOnly: false,
      }),
    )
    expect([...fixture.machine.configs.valuesOf({ type: TOPIC, name: 't' })]).toEqual([['segment.ms', '7']])
  })

  test('with eligible leader replicas the minimum in sync is one for all brokers', async () => {
    const fixture = await withTopic()
    const minIsr = 'min.insync.replicas'
    expect(fixture.machine.configs.clusterDefaults.get(minIsr)).toBe('1')
    const offset = fixture.log.endOffset
    const codeOf = async (change: Change) => (await alter(fixture, change)).responses[0]?.errorCode
    expect(await codeOf({ type: BROKER, name: '1', configs: [[minIsr, SET, '2']] })).toBe(
      ErrorCode.INVALID_CONFIG,
    )
    expect(await codeOf({ type: BROKER, name: '', configs: [[minIsr, DELETE, null]] })).toBe(
      ErrorCode.INVALID_CONFIG,
    )
    expect(await codeOf({ type: BROKER, name: '', configs: [[minIsr, SET, '2']] })).toBe(ErrorCode.NONE)
    expect(await codeOf({ configs: [[minIsr, SET, '3']] })).toBe(ErrorCode.NONE)
    expect(fixture.recordsFrom(offset)).toMatchObject([
      { name: 'ConfigRecord', value: { resourceType: BROKER, value: '2' } },
      { name: 'ClearElrRecord', value: { topicName: '' } },
      { name: 'ConfigRecord', value: { resourceType: TOPIC, value: '3' } },
      { name: 'ClearElrRecord', value: { topicName: 't' } },
    ])
  })
})

describe('UpdateFeatures', () => {
  const update = (fixture: ControllerFixture, feature: string, level: number, upgradeType = 1) =>
    fixture.host.run(machine =>
      updateFeatures(
        machine,
        {
          timeoutMs: 0,
          featureUpdates: [{ feature, maxVersionLevel: level, allowDowngrade: false, upgradeType }],
          validateOnly: false,
        },
        { nodeId: 1, kraftVersion: 1, voterIds: [1] },
      ),
    )

  test('levels go up and, where nothing is lost, down', async () => {
    const fixture = await ControllerFixture.create({ metadataVersion: 21 })
    expect((await update(fixture, 'metadata.version', 30)).errorCode).toBe(0)
    expect((await update(fixture, 'group.version', 1)).errorCode).toBe(0)
    expect((await update(fixture, 'group.version', 0, 2)).errorCode).toBe(0)
    expect(fixture.machine.features.metadataVersion).toBe(30)
    expect(fixture.machine.features.level('group.version')).toBe(0)
    expect(fixture.image().features).toEqual(fixture.machine.features.image)
  })

  test.each([
    ['an unknown feature', ['nonsense.version', 1]],
    ['a level too high', ['metadata.version', 31]],
    ['a level too low', ['metadata.version', 6]],
    ['a downgrade that is not called one', ['transaction.version', 1]],
    ['an upgrade that is called a downgrade', ['share.version', 2, 2]],
    ['a downgrade that loses metadata', ['metadata.version', 22, 2]],
    ['a downgrade that loses metadata, even unsafe', ['metadata.version', 22, 3]],
    ['an unknown kind of upgrade', ['transaction.version', 2, 0]],
    ['another kraft.version', ['kraft.version', 0, 2]],
  ] as const)('%s is refused, and nothing is written', async (_what, [feature, level, upgradeType]) => {
    const fixture = await ControllerFixture.create()
    const { endOffset } = fixture.log
    const response = await update(fixture, feature, level, upgradeType)
    expect(response).toMatchObject({ errorCode: ErrorCode.INVALID_UPDATE_VERSION, results: [] })
    expect(response.errorMessage).toContain(feature)
    expect(fixture.log.endOffset).toBe(endOffset)
  })

  test('a level that a broker does not support is refused by its name', async () => {
    const fixture = await ControllerFixture.create({ metadataVersion: 21, brokerIds: [] })
    const features = [{ name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 25 }]
    const kraft = { name: 'kraft.version', minSupportedVersion: 0, maxSupportedVersion: 1 }
    await fixture.startBroker(5, { features: [...features, kraft] })
    const response = await update(fixture, 'metadata.version', 30)
    expect(response.errorMessage).toContain('Broker 5 only supports versions 7-25')
  })

  test('eligible leader replicas need a metadata.version and bring a minimum in sync for all', async () => {
    const staticBroker = new Map([['min.insync.replicas', '2']])
    const fixture = await ControllerFixture.create({ metadataVersion: 22, staticBroker })
    const name = 'eligible.leader.replicas.version'
    expect((await update(fixture, name, 1)).errorMessage).toContain('depends on metadata.version level 23')
    await update(fixture, 'metadata.version', 30)
    await update(fixture, name, 1)
    expect(fixture.machine.features.isElrEnabled).toBe(true)
    expect(fixture.machine.configs.clusterDefaults.get('min.insync.replicas')).toBe('2')
  })

  test('a level that this release does not know stops the replay', async () => {
    const fixture = await ControllerFixture.create()
    const newer = { name: 'metadata.version', featureLevel: 99 }
    expect(() => fixture.host.rebuild().features.replay(newer)).toThrow(/metadata\.version to level 99/)
  })
})

describe('AllocateProducerIds', () => {
  test('blocks of a thousand follow on each other, also after a replay', async () => {
    const fixture = await ControllerFixture.create()
    const brokerEpoch = fixture.machine.cluster.brokers.get(1)!.epoch
    const allocate = () =>
      fixture.host.run(machine => allocateProducerIds(machine, { brokerId: 1, brokerEpoch }))
    expect(await allocate()).toMatchObject({ producerIdStart: 0, producerIdLen: 1000 })
    expect(await allocate()).toMatchObject({ producerIdStart: 1000, producerIdLen: 1000 })
    expect(fixture.host.rebuild().producerIds.nextProducerId).toBe(2000)
    expect(fixture.image().producerIds.lastBlock).toEqual({ brokerId: 1, brokerEpoch, nextProducerId: 2000 })
  })

  test('a broker that is not what it was gets none', async () => {
    const fixture = await ControllerFixture.create()
    const refused = fixture.host.run(machine => allocateProducerIds(machine, { brokerId: 1, brokerEpoch: 1 }))
    await expect(refused).rejects.toMatchObject({ code: ErrorCode.STALE_BROKER_EPOCH })
  })
})

describe('AlterClientQuotas', () => {
  type Entry = AlterClientQuotasRequest['entries'][number]
  const quota = (
    entity: readonly (readonly [string, string | null])[],
    ops: readonly (readonly [string, number | undefined])[],
  ): Entry => ({
    entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
    ops: ops.map(([key, number]) => ({ key, value: number ?? 0, remove: number === undefined })),
  })
  const alterQuotas = (fixture: ControllerFixture, ...entries: Entry[]) =>
    fixture.host.run(machine => alterClientQuotas(machine, { entries, validateOnly: false }))

  test('quotas are set and removed, whatever the order of an entity’s parts', async () => {
    const fixture = await ControllerFixture.create()
    const rate = ['producer_byte_rate', 1000] as const
    await alterQuotas(
      fixture,
      quota(
        [
          ['user', 'u'],
          ['client-id', null],
        ],
        [rate, ['request_percentage', 0.5]],
      ),
    )
    await alterQuotas(
      fixture,
      quota(
        [
          ['client-id', null],
          ['user', 'u'],
        ],
        [['producer_byte_rate', undefined]],
      ),
    )
    const [left] = fixture.machine.clientQuotas.quotas.values()
    expect([...left!.values]).toEqual([['request_percentage', 0.5]])
    expect([...fixture.image().clientQuotas.quotas.values()]).toEqual([left])
    await alterQuotas(
      fixture,
      quota(
        [
          ['client-id', null],
          ['user', 'u'],
        ],
        [['request_percentage', undefined]],
      ),
    )
    expect(fixture.machine.clientQuotas.quotas.size).toBe(0)
    expect(fixture.image().clientQuotas.quotas.size).toBe(0)
  })

  test.each([
    ['nobody', quota([], [])],
    ['an unknown kind of entity', quota([['group', 'g']], [])],
    [
      'a user and an address',
      quota(
        [
          ['user', 'u'],
          ['ip', '1.2.3.4'],
        ],
        [],
      ),
    ],
    ['an address that is none', quota([['ip', 'x']], [])],
    ['an unknown key', quota([['user', 'u']], [['x', 1]])],
    ['a key for addresses', quota([['user', 'u']], [['connection_creation_rate', 1]])],
    ['nothing at all', quota([['user', 'u']], [['producer_byte_rate', 0]])],
    ['a part of a byte', quota([['user', 'u']], [['producer_byte_rate', 1.5]])],
    ['no number', quota([['user', 'u']], [['request_percentage', Number.NaN]])],
  ])('a quota for %s is refused', async (_what, entry) => {
    const fixture = await ControllerFixture.create()
    const { entries } = await alterQuotas(fixture, entry)
    expect(entries).toMatchObject([{ errorCode: ErrorCode.INVALID_REQUEST }])
    expect(fixture.machine.clientQuotas.quotas.size).toBe(0)
  })
})

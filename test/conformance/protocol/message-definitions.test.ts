import { globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, expect, it } from 'vitest'
import { APIS } from '../../../src/protocol/messages/messages.ts'
import type { Api, Message } from '../../../src/protocol/schema.ts'
import { readJar } from '../../harness/jar.ts'
import { mavenJars } from '../../harness/maven.ts'
import { describeWithTools } from '../../harness/require-tool.ts'
import { type JsonMessage, jsonShape, parseJson, parseVersions, schemaShape } from './shape.ts'

const JSON_IN_JAR = /^common\/(message|metadata)\/[^/]+\.json$/
const SOURCES = join(import.meta.dirname, '../../../src')

const NEWEST_JARS = [
  'kafka-clients',
  'kafka-metadata',
  'kafka-group-coordinator',
  'kafka-transaction-coordinator',
  'kafka-share-coordinator',
].map(artifact => `org.apache.kafka:${artifact}:4.4.0`)

/** Every message definition in the Kafka jars of these artifacts, by name. */
const definitions = async (artifacts: readonly string[]): Promise<Map<string, JsonMessage>> => {
  const { folder } = await mavenJars({ name: 'message-definitions', artifacts })
  const byName = new Map<string, JsonMessage>()
  for (const jar of readdirSync(folder).filter(name => name.startsWith('kafka-'))) {
    for (const content of readJar(join(folder, jar), name => JSON_IN_JAR.test(name)).values()) {
      const message = parseJson(content.toString('utf8'))
      byName.set(message.name, message)
    }
  }
  return byName
}

/** Every message of ours, by name: both sides of each API, and what the schema files of all rooms export. */
const ourMessages = async (): Promise<Map<string, Message>> => {
  const byName = new Map<string, Message>()
  for (const api of Object.values(APIS) as Api[]) {
    byName.set(api.request.name, api.request)
    byName.set(api.response.name, api.response)
  }
  for (const file of globSync('{protocol/messages,metadata/records,coordinator/records/*}/*.ts', {
    cwd: SOURCES,
  })) {
    const exports = (await import(pathToFileURL(join(SOURCES, file)).href)) as Record<string, unknown>
    for (const value of Object.values(exports)) if (isMessage(value)) byName.set(value.name, value)
  }
  return byName
}

const isMessage = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && 'strict' in value && 'fields' in value && 'versions' in value

/** Fields that a later release names otherwise in all versions, the later name first. */
const RENAMED: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  VoteRequest: [
    ['replicaEpoch', 'candidateEpoch'],
    ['replicaId', 'candidateId'],
    ['replicaDirectoryId', 'candidateDirectoryId'],
  ],
  TxnOffsetCommitRequest: [['generationIdOrMemberEpoch', 'generationId']],
}

/** What 3.9 calls otherwise, or had as an experiment that the release with the first stable version changed. */
const NOT_COMPARED_IN_3_9 = new Set([
  'ListClientMetricsResourcesRequest', // ListConfigResources since 4.1
  'ListClientMetricsResourcesResponse',
])

const withLaterNames = (name: string, shape: string): string =>
  (RENAMED[name] ?? []).reduce(
    (text, [later, earlier]) => text.replaceAll(`"${earlier}"`, `"${later}"`),
    shape,
  )

/** Versions that were experiments in the release that defines them: nobody speaks them. */
const stableVersions = (json: JsonMessage): readonly [number, number] => {
  const [first, last] = parseVersions(json.validVersions, [0, 0])
  return json.latestVersionUnstable === true ? [first, last - 1] : [first, last]
}

/** A response does not say that its request's versions are an experiment. */
const onlyStable = (jar: Map<string, JsonMessage>): Map<string, JsonMessage> => {
  const stable = new Map<string, JsonMessage>()
  for (const [name, json] of jar) {
    const request = jar.get(name.replace(/Response$/, 'Request')) ?? json
    const latestVersionUnstable = request.latestVersionUnstable === true
    if (!NOT_COMPARED_IN_3_9.has(name)) stable.set(name, { ...json, latestVersionUnstable })
  }
  return stable
}

const differences = (
  jar: Map<string, JsonMessage>,
  ours: Map<string, Message>,
  versionsOf: (json: JsonMessage) => readonly [number, number],
): string[] => {
  const found: string[] = []
  for (const [name, json] of jar) {
    const [first, last] = versionsOf(json)
    const mine = ours.get(name)
    if (mine === undefined) {
      found.push(`${name}: there is no definition`)
      continue
    }
    const firstFlexible = parseVersions(json.flexibleVersions, [0, -1])
    for (let version = first; version <= last; version++) {
      const where = `${name} version ${version}`
      if (version < mine.versions[0] || version > mine.versions[1]) {
        found.push(`${where}: not among ours`)
        continue
      }
      const flexible = mine.flexibleSince !== undefined && version >= mine.flexibleSince
      if (flexible !== (version >= firstFlexible[0] && version <= firstFlexible[1]))
        found.push(`${where}: flexible`)
      const expected = withLaterNames(name, JSON.stringify(jsonShape(json, version)))
      const actual = JSON.stringify(schemaShape(mine.fields, { version, flexible }))
      if (expected !== actual) found.push(`${where}:\n  Kafka ${expected}\n  ours  ${actual}`)
    }
  }
  return found
}

describeWithTools(['mvn', 'java'], "message definitions against those in Apache Kafka's jars", () => {
  let ours: Map<string, Message>
  let newest: Map<string, JsonMessage>
  let followed: Map<string, JsonMessage>
  let withRemovedVersions: Map<string, JsonMessage>

  beforeAll(async () => {
    ours = await ourMessages()
    newest = await definitions(NEWEST_JARS)
    followed = await definitions(['org.apache.kafka:kafka-clients:4.3.1'])
    withRemovedVersions = await definitions(['org.apache.kafka:kafka-clients:3.9.1'])
  })

  it('every message and record of 4.4.0 has the same fields in every version', () => {
    expect(newest.size).toBeGreaterThan(250)
    expect(differences(newest, ours, json => parseVersions(json.validVersions, [0, 0]))).toEqual([])
  })

  it('so has every message of 3.9.1, with the versions that 4.0 removed', () => {
    expect(withRemovedVersions.size).toBeGreaterThan(150)
    expect(differences(onlyStable(withRemovedVersions), ours, stableVersions)).toEqual([])
  })

  it('every API has its key, and its listeners where it is still served', () => {
    const apis = Object.values(APIS) as Api[]
    expect(new Set(apis.map(api => api.key)).size).toBe(apis.length)
    for (const api of apis) {
      const json = newest.get(api.request.name)
      expect({ name: api.name, key: api.key }).toEqual({ name: api.name, key: json?.apiKey })
      const listeners = (json?.listeners ?? []).filter(type => type !== 'zkBroker')
      expect({ name: api.name, listeners: api.listeners }).toEqual({ name: api.name, listeners })
    }
  })

  it('no version is offered that is unstable or missing in 4.3.1', () => {
    for (const api of Object.values(APIS) as Api[]) {
      const json = followed.get(api.request.name)
      const stable = json === undefined ? -1 : stableVersions(json)[1]
      expect({ name: api.name, offeredUntil: api.offeredUntil }).toEqual({
        name: api.name,
        offeredUntil: stable,
      })
    }
  })
})

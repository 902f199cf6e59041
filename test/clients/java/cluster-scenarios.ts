import { expect } from 'vitest'
import { clusterIdOf } from '../../harness/broker.ts'
import { isAtLeast } from './releases.ts'
import { lines, rowsFrom, type Scenario } from './scenario.ts'

/** The APIs that the tools of every release need. */
const neededApis = [
  'Produce',
  'Fetch',
  'ListOffsets',
  'Metadata',
  'OffsetCommit',
  'OffsetFetch',
  'FindCoordinator',
  'JoinGroup',
  'Heartbeat',
  'LeaveGroup',
  'SyncGroup',
  'DescribeGroups',
  'ListGroups',
  'ApiVersions',
  'CreateTopics',
  'DeleteTopics',
  'DeleteRecords',
  'InitProducerId',
  'OffsetForLeaderEpoch',
  'DescribeConfigs',
  'AlterConfigs',
  'DescribeLogDirs',
  'CreatePartitions',
  'DeleteGroups',
] as const

/** The value behind a name and a colon at the start of a line. */
const labelled = (text: string, name: string): string | undefined =>
  lines(text)
    .find(line => line.startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim()

export const clusterScenarios: readonly Scenario[] = [
  {
    name: 'kafka-broker-api-versions prints the one broker and finds each API that tools need usable',
    tools: ['kafka-broker-api-versions'],
    run: async tools => {
      const printed = lines(await tools.succeed('kafka-broker-api-versions', tools.server))
      const fenced = isAtLeast(tools.release, '4.0') ? ' isFenced: false' : ''
      expect(printed[0]).toBe(`${tools.broker.bootstrapServers} (id: 1 rack: null${fenced}) -> (`)
      for (const api of neededApis) {
        const line = printed.find(candidate => candidate.trim().startsWith(`${api}(`))
        expect(line, api).toMatch(/^\t\w+\(\d+\): \d+( to \d+)? \[usable: \d+\],?$/)
      }
    },
  },
  {
    name: 'kafka-cluster prints the id of the cluster',
    tools: ['kafka-cluster'],
    run: async tools => {
      const text = await tools.succeed('kafka-cluster', `cluster-id ${tools.server}`)
      expect(labelled(text, 'Cluster ID')).toBe(clusterIdOf(tools.broker.dataDirectory))
    },
  },
  {
    name: 'kafka-cluster lists the endpoints',
    tools: ['kafka-cluster'],
    since: '4.3',
    run: async tools => {
      const text = await tools.succeed('kafka-cluster', `list-endpoints ${tools.server}`)
      expect(rowsFrom(text, '127.0.0.1').map(row => row.slice(0, 2))).toEqual([
        ['127.0.0.1', String(tools.broker.ports.broker)],
      ])
    },
  },
  {
    name: 'kafka-features describes the finalized metadata version',
    tools: ['kafka-features'],
    run: async tools => {
      const text = await tools.succeed('kafka-features', `${tools.server} describe`)
      const [row] = rowsFrom(text, 'metadata.version')
      expect(row?.join(' ')).toMatch(
        /^metadata\.version SupportedMinVersion: 3\.3-IV3 SupportedMaxVersion: .+ FinalizedVersionLevel: .+ Epoch: \d+$/,
      )
      if (isAtLeast(tools.release, '4.0')) {
        expect(row?.join(' ')).toContain('FinalizedVersionLevel: 4.3-IV0 ')
        expect(lines(text).length).toBeGreaterThan(1)
      } else {
        // Features whose lowest version is 0 are not for clients that do not know such.
        expect(lines(text)).toHaveLength(1)
      }
    },
  },
  {
    name: 'kafka-metadata-quorum describes the status of the quorum of one',
    tools: ['kafka-metadata-quorum'],
    run: async tools => {
      const text = await tools.succeed('kafka-metadata-quorum', `${tools.server} describe --status`)
      expect(labelled(text, 'ClusterId')).toBe(clusterIdOf(tools.broker.dataDirectory))
      expect(labelled(text, 'LeaderId')).toBe('1')
      expect(Number(labelled(text, 'LeaderEpoch'))).toBeGreaterThan(0)
      expect(Number(labelled(text, 'HighWatermark'))).toBeGreaterThan(0)
      expect(labelled(text, 'MaxFollowerLag')).toBe('0')
      expect(labelled(text, 'CurrentVoters')).toMatch(
        isAtLeast(tools.release, '4.0') ? /^\[\{"id": 1[,}]/ : /^\[1\]$/,
      )
      expect(labelled(text, 'CurrentObservers')).toBe('[]')
    },
  },
  {
    name: 'kafka-metadata-quorum describes the replication of the quorum of one',
    tools: ['kafka-metadata-quorum'],
    run: async tools => {
      const text = await tools.succeed('kafka-metadata-quorum', `${tools.server} describe --replication`)
      const [head, ...rows] = lines(text)
      expect(head).toMatch(/^NodeId\t/)
      expect(rows).toHaveLength(1)
      expect(rows[0]).toMatch(/^1\s.*\sLeader\s*$/)
    },
  },
]

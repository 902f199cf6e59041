import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFiles, readSource, type SourceFile } from './source-files.ts'

/** Which rooms of `src` a room may import from. `a/b` allows that folder of a room alone. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  io: [],
  config: [],
  protocol: [],
  machine: ['io'],
  log: ['io', 'config', 'protocol'],
  raft: ['io', 'config', 'protocol', 'log', 'machine'],
  metadata: ['config', 'protocol', 'machine'],
  coordinator: ['config', 'protocol', 'machine', 'metadata/image'],
  replica: ['io', 'config', 'protocol', 'log', 'machine', 'metadata/image'],
  client: ['io', 'protocol'],
  server: ['io', 'config', 'protocol', 'machine', 'metadata', 'coordinator', 'replica', 'client'],
}

/** The part of raft that is a pure machine: nothing but the protocol and itself. */
const pureRaft = [
  'candidate.ts',
  'effects.ts',
  'election-state.ts',
  'leader.ts',
  'quorum-machine.ts',
  'quorum-role.ts',
  'unattached.ts',
  'voter-set.ts',
]

/** Node's modules that compute and touch nothing outside. */
const pureModules = ['node:path', 'node:util', 'node:zlib', 'node:assert', 'node:buffer']

/** Other modules of Node outside of `io` and `cli`, each with its reason. */
const moduleExceptions: Readonly<Record<string, readonly string[]>> = {
  // Only isIP: whether a text is an address.
  'src/metadata/controller/alter-client-quotas.ts': ['node:net'],
  // Only setImmediate: lets others run between two parts of a long validation.
  'src/protocol/records/record-validator.ts': ['node:timers/promises'],
}

const sources: SourceFile[] = projectFiles()
  .filter(path => path.startsWith('src/') && path.endsWith('.ts'))
  .map(readSource)
const ours = (source: SourceFile) => source.imports.filter(path => path.startsWith('src/'))
const roomOf = (path: string) => /^src\/([^/]+)\//.exec(path)?.[1]

describe('imports', () => {
  it('are found at all', () => {
    expect(sources.length).toBeGreaterThan(100)
    expect(sources.flatMap(ours).length).toBeGreaterThan(sources.length)
  })

  it('lead only from a room to those that it may import', () => {
    const forbidden = sources.flatMap(source => {
      const room = roomOf(source.path)
      // cli and node.ts put everything together.
      if (room === undefined || room === 'cli') return []
      const allowed = [room, ...(mayImport[room] ?? [])]
      return ours(source)
        .filter(path => !allowed.some(prefix => path.startsWith(`src/${prefix}/`)))
        .map(path => `${source.path} imports ${path}`)
    })
    expect(forbidden).toEqual([])
  })

  it('of the pure part of raft lead to the protocol or stay in it', () => {
    const forbidden = sources
      .filter(({ path }) => roomOf(path) === 'raft' && pureRaft.includes(basename(path)))
      .flatMap(source =>
        ours(source)
          .filter(path => !path.startsWith('src/protocol/'))
          .filter(path => roomOf(path) !== 'raft' || !pureRaft.includes(basename(path)))
          .map(path => `${source.path} imports ${path}`),
      )
    expect(forbidden).toEqual([])
  })

  it('name every room in the table', () => {
    const rooms = new Set(sources.flatMap(({ path }) => roomOf(path) ?? []))
    expect([...rooms].filter(room => room !== 'cli' && mayImport[room] === undefined)).toEqual([])
  })

  it('of what touches the outside are made in io and cli alone', () => {
    const forbidden = sources
      .filter(({ path }) => !['io', 'cli'].includes(roomOf(path) ?? ''))
      .flatMap(({ path, imports }) =>
        imports
          .filter(name => name.startsWith('node:') && !pureModules.includes(name))
          .filter(name => !moduleExceptions[path]?.includes(name))
          .map(name => `${path} imports ${name}`),
      )
    expect(forbidden).toEqual([])
  })

  it('bring every handler into the table of handlers', () => {
    const handlers = sources.map(({ path }) => path).filter(path => path.startsWith('src/server/handlers/'))
    const table = sources.find(({ path }) => path === 'src/server/handlers.ts')
    const isHandler = (path: string) => readSource(path).text.includes('= handler(')
    expect(handlers.filter(isHandler).filter(path => !table?.imports.includes(path))).toEqual([])
  })
})

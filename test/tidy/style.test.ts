import { readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectFiles, readSource, root } from './source-files.ts'

const longestFileLines = 450
const longestReadmeLines = 40

/** Longer files that nothing separates. Keep this list empty where that is possible. */
const longFiles: readonly string[] = ['src/log/log-manager.ts', 'src/replica/partition.ts']

const files = projectFiles()
const typescript = files.filter(path => path.endsWith('.ts'))
const sources = typescript.filter(path => path.startsWith('src/')).map(readSource)
const all = typescript.map(readSource)

/** Where `pattern` is found, as `path:line: text`. */
function found(pattern: RegExp, among = all): string[] {
  return among.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  )
}

const outsideOf = (...rooms: string[]) =>
  sources.filter(({ path }) => !rooms.some(room => path.startsWith(`src/${room}/`)))

describe('files', () => {
  it('are named in kebab-case', () => {
    const names = typescript.filter(
      path => !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config|\.d)?\.ts$/.test(basename(path)),
    )
    expect(names).toEqual([])
  })

  it('have names that say what is in them', () => {
    const vague = /^(index|utils?|helpers?|common|types?|misc|shared|constants?)$/
    expect(typescript.filter(path => vague.test(basename(path, extname(path))))).toEqual([])
  })

  it(`are no longer than ${longestFileLines} lines`, () => {
    const tooLong = sources.filter(({ lines }) => lines.length > longestFileLines + 1)
    expect(tooLong.map(({ path }) => path).filter(path => !longFiles.includes(path))).toEqual([])
  })

  it('on the list of long ones are still long', () => {
    const tooLong = sources.filter(({ lines }) => lines.length > longestFileLines + 1)
    expect(longFiles.filter(path => !tooLong.some(source => source.path === path))).toEqual([])
  })
})

describe('modules', () => {
  it('have no default export', () => {
    expect(
      found(
        /^export default\b/,
        all.filter(({ path }) => !path.endsWith('.config.ts')),
      ),
    ).toEqual([])
  })

  it('are no barrels', () => {
    expect(found(/^export (type )?\*/)).toEqual([])
  })

  it('have no enums and no namespaces', () => {
    expect(found(/^\s*(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s+\w+\s*\{/)).toEqual([])
  })

  it('take time and chance from io, and write to no console', () => {
    const code = outsideOf('io', 'cli')
    expect(found(/\b(Date\.now|Math\.random|performance\.now)\(/, code)).toEqual([])
    expect(found(/(?<![.\w])(setTimeout|setInterval)\(/, code)).toEqual([])
    expect(found(/\bconsole\.\w+\(/, outsideOf('cli'))).toEqual([])
  })
})

describe('names', () => {
  it('are whole words of Kafka', () => {
    expect(found(/(?<![\w'"`/])(hwm|leo|tp|tps|lso)(?![\w'"`])/, sources)).toEqual([])
  })

  it('of classes and types say what they are', () => {
    expect(
      found(/^\s*(export\s+)?(abstract\s+)?(class|interface|type)\s+\w+(Util|Utils|Helper|Impl|Common)\b/),
    ).toEqual([])
  })
})

describe('rooms', () => {
  const rooms = [...new Set(sources.flatMap(({ path }) => /^src\/([^/]+)\//.exec(path)?.[1] ?? []))]

  it.each(rooms)('%s has a README that fits on a screen', room => {
    const path = `src/${room}/README.md`
    expect(files).toContain(path)
    const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(longestReadmeLines)
  })
})

describe('the project', () => {
  it('names no folder of the machine that it was made on', () => {
    const folders = ['work', 'root', 'Users', 'home'].join('|')
    const machinePath = new RegExp(`(?<![\\w.~}*-])/(${folders})/\\w`)
    const texts = files.filter(path => /\.(ts|md|sh|cjs|js|json|yaml|properties|py)$/.test(path))
    const written = texts.filter(path => path !== 'package-lock.json').map(readSource)
    expect(found(machinePath, written)).toEqual([])
  })
})

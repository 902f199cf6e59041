import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runProcess } from './process.ts'
import { requireTool } from './require-tool.ts'

const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
const FETCH_TIMEOUT_MS = 900_000

/** Where tests keep what they fetched or compiled: `OTTLA_TEST_CACHE`, else `~/.cache/ottla-tests`. */
const testCache = (): string => {
  const { OTTLA_TEST_CACHE } = process.env
  const folder = OTTLA_TEST_CACHE || join(homedir(), '.cache', 'ottla-tests')
  mkdirSync(folder, { recursive: true })
  return folder
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A lock whose holder died, or which never got its holder's name, is nobody's. */
const isAbandoned = (lock: string): boolean => {
  try {
    const holder = Number(readFileSync(join(lock, 'pid'), 'utf8'))
    return !isAlive(holder)
  } catch {
    try {
      return Date.now() - statSync(lock).mtimeMs > 10_000
    } catch {
      return false
    }
  }
}

const withLock = async <T>(lock: string, body: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true })
      else await delay(100)
    }
  }
  try {
    writeFileSync(join(lock, 'pid'), String(process.pid))
    return await body()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * A folder of the test cache that is made once and then reused. `make` fills a folder beside it, which takes its name
 * only when all went well; of several processes that ask at once one makes it and the others wait.
 */
export const cachedFolder = async (
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> => {
  const folder = join(testCache(), name)
  if (existsSync(folder)) return folder
  return withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return folder
    const unfinished = `${folder}.unfinished-${process.pid}`
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(unfinished, { recursive: true })
    try {
      await make(unfinished)
      renameSync(unfinished, folder)
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
    return folder
  })
}

interface Wanted {
  readonly artifacts: readonly string[]
  readonly exclusions: readonly string[]
}

const exclusion = (artifact: string): string => {
  const [group, id, ...rest] = artifact.split(':')
  if (!group || !id || rest.length > 0)
    throw new Error(`'${artifact}' cannot be left out: it must be group:artifact`)
  return `<exclusion><groupId>${group}</groupId><artifactId>${id}</artifactId></exclusion>`
}

const dependency = (artifact: string, exclusions: readonly string[]): string => {
  const [group, id, version, ...rest] = artifact.split(':')
  if (!group || !id || !version || rest.length > 0) {
    throw new Error(`'${artifact}' is no artifact: it must be group:artifact:version`)
  }
  const without = exclusions.map(exclusion).join('')
  return `<dependency><groupId>${group}</groupId><artifactId>${id}</artifactId><version>${version}</version>
<exclusions>${without}</exclusions></dependency>`
}

const projectFile = ({
  artifacts,
  exclusions,
}: Wanted): string => `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>ottla</groupId><artifactId>jars</artifactId><version>1</version>
<dependencies>${artifacts.map(artifact => dependency(artifact, exclusions)).join('\n')}</dependencies>
</project>
`

const fetchJars = async (folder: string, wanted: Wanted): Promise<void> => {
  requireTool('mvn')
  const project = `${folder}.project`
  mkdirSync(project, { recursive: true })
  try {
    writeFileSync(join(project, 'pom.xml'), projectFile(wanted))
    const { code, stdout, stderr } = await runProcess(
      'mvn',
      [
        '-B',
        '-q',
        `${DEPENDENCY_PLUGIN}:copy-dependencies`,
        '-DincludeScope=runtime',
        `-DoutputDirectory=${folder}`,
      ],
      { cwd: project, timeoutMs: FETCH_TIMEOUT_MS },
    )
    if (code !== 0) throw new Error(`mvn could not fetch ${wanted.artifacts.join(', ')}:\n${stdout}${stderr}`)
  } finally {
    rmSync(project, { recursive: true, force: true })
  }
}

/** Jars of a Maven project, as a folder and as a class path for `java -cp`. */
export interface Jars {
  readonly folder: string
  readonly classPath: string
}

/**
 * Jars with all their dependencies from Maven Central, fetched once into the test cache.
 * `name` names the folder for people; the artifacts (`group:artifact:version`) and what to leave out of their
 * dependencies (`group:artifact`) are part of its identity.
 */
export const mavenJars = async ({
  name,
  artifacts,
  exclusions = [],
}: {
  name: string
  artifacts: readonly string[]
  exclusions?: readonly string[]
}): Promise<Jars> => {
  const wanted = projectFile({ artifacts, exclusions })
  const identity = createHash('sha256').update(wanted).digest('hex').slice(0, 12)
  const folder = await cachedFolder(`${name}-${identity}`, async unfinished => {
    await fetchJars(unfinished, { artifacts, exclusions })
    if (readdirSync(unfinished).length === 0) throw new Error(`mvn copied no jar for ${artifacts.join(', ')}`)
  })
  return { folder, classPath: join(folder, '*') }
}

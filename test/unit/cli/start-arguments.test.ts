import { describe, expect, test } from 'vitest'
import { parseStartArguments } from '../../../src/cli/start-arguments.ts'
import { UserError } from '../../../src/cli/user-error.ts'

describe('the arguments of kafka-server-start.sh', () => {
  test('are a file and overrides, the last of which counts', () => {
    const parsed = parseStartArguments([
      'server.properties',
      '--override',
      'a=1',
      '--override=b=x=y',
      '--override',
      'a=2',
    ])
    expect(parsed.file).toBe('server.properties')
    expect([...parsed.overrides]).toEqual([
      ['a', '2'],
      ['b', 'x=y'],
    ])
    expect(parsed).toMatchObject({ isDaemon: false, showStacks: false, useEnvironment: false })
  })

  test('may have options on both sides of the file, those of the JVM have no effect', () => {
    const args = ['-daemon', '-name', 'foo', '-loggc', 'f', '--debug', '--from-environment']
    expect(parseStartArguments(args)).toMatchObject({
      file: 'f',
      isDaemon: true,
      showStacks: true,
      useEnvironment: true,
    })
  })

  test.each([
    [[], 'the properties file is missing'],
    [['a', 'b'], "take 'b' out"],
    [['a', '--override'], '--override needs key=value'],
    [['a', '--override', 'x'], "--override needs key=value, not 'x'"],
    [['a', '--override', '=x'], "--override needs key=value, not '=x'"],
    [['a', '--overide', 'x=y'], 'unknown option --overide'],
  ])('%j: %s', (args, message) => {
    expect(() => parseStartArguments(args)).toThrow(UserError)
    expect(() => parseStartArguments(args)).toThrow(message)
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../../src/config/config-error.ts'
import { parseProperties } from '../../../src/config/properties-file.ts'

const parse = (text: string): Record<string, string> =>
  Object.fromEntries(parseProperties(Buffer.from(text, 'latin1'), 'server.properties'))

describe('a properties file', () => {
  test('is read as java.util.Properties reads it', () => {
    const text = [
      '# a comment = no key',
      '! another',
      'a=1',
      'b : 2',
      'c 3',
      '  d=  4  ',
      'e=',
      'f',
      'g=one,\\',
      '    two',
      'h\\ i=\\u00e4\\t\\\\',
      'j=#no comment',
      'k=a=b:c',
      'a=last',
    ].join('\n')
    expect(parse(text)).toEqual({
      a: 'last',
      b: '2',
      c: '3',
      d: '4  ',
      e: '',
      f: '',
      g: 'one,two',
      'h i': 'ä\t\\',
      j: '#no comment',
      k: 'a=b:c',
    })
  })

  test('may end its lines as Windows does', () => {
    expect(parse('a=1\r\nb=2\r\n')).toEqual({ a: '1', b: '2' })
  })

  test('is Latin-1', () => {
    expect(parseProperties(Buffer.from([0x61, 0x3d, 0xe4]), 'f').get('a')).toBe('ä')
  })

  test('with a broken escape is refused by its name and line', () => {
    const text = '# C:\\users is fine here\nb=\\\\users\na=C:\\users'
    expect(() => parse(text)).toThrow(ConfigError)
    expect(() => parse(text)).toThrow('line 3 of server.properties')
  })

  test('of any bytes is read or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          for (const [key, text] of parseProperties(bytes, 'f'))
            expect(typeof key + typeof text).toBe('stringstring')
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError)
        }
      }),
    )
  })
})

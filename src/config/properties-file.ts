import { parseLines } from 'dot-properties'
import { ConfigError } from './config-error.ts'

/** Far beyond any real file; keeps a wrong path (a data file, a device) from filling the memory. */
export const MAX_PROPERTIES_BYTES = 1_048_576

const BROKEN_ESCAPE = /^[ \t\f]*[^#! \t\f](?:[^\\]|\\[^u])*?\\u(?![0-9a-fA-F]{4})/

/**
 * Reads a properties file as java.util.Properties does: Latin-1 with escapes, the last of a repeated key counts.
 * `path` is for the error.
 */
export const parseProperties = (bytes: Uint8Array, path: string): Map<string, string> => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const broken = text.split(/\r\n?|\n/).findIndex(line => BROKEN_ESCAPE.test(line))
  if (broken >= 0) {
    throw new ConfigError(
      `line ${broken + 1} of ${path} has \\u without four hexadecimal digits: write a backslash as \\\\`,
    )
  }
  const texts = new Map<string, string>()
  for (const line of parseLines(text)) if (Array.isArray(line)) texts.set(line[0] ?? '', line[1] ?? '')
  return texts
}

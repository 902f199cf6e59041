import { parseLines } from 'dot-properties'
import { ConfigError } from './config-error.ts'

/** Far beyond any real file; keeps a wrong path (a data file, a device) from filling the memory. */
export const MAX_PROPERTIES_BYTES = 1_048_576

/**
 * Reads a properties file as java.util.Properties does: Latin-1 with escapes, the last of a repeated key counts.
 * `path` is for the error.
 */
export const parseProperties = (bytes: Uint8Array, path: string): Map<string, string> => {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const texts = new Map<string, string>()
  try {
    for (const line of parseLines(text)) if (Array.isArray(line)) texts.set(line[0] ?? '', line[1] ?? '')
  } catch (error) {
    throw new ConfigError(
      `${path} is no properties file (${(error as Error).message}): write each setting as key=value`,
    )
  }
  return texts
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const encoded: Record<string, string> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kafka-vectors.json'), 'utf8'),
)

/** Bytes that Apache Kafka 4.3.1 wrote (KafkaVectors.java), a fresh copy each time. */
export function vector(name: string): Buffer {
  const text = encoded[name]
  if (text === undefined) throw new Error(`there is no vector ${name}`)
  return Buffer.from(text, 'base64')
}

export const VECTOR_NAMES: readonly string[] = Object.keys(encoded)

/** The timestamp that the vectors are built around. */
export const VECTOR_TIMESTAMP = 1_790_000_000_000n

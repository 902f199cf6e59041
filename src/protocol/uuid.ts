/** The all-zero UUID, Kafka's "none". */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

const UUID_TEXT = /^[A-Za-z0-9_-]{21}[AQgw]$/

/** Whether `text` is a UUID in Kafka's form: 16 bytes as 22 characters of URL-safe base64. */
export function isUuid(text: string): boolean {
  return UUID_TEXT.test(text)
}

/** 16 bytes to Kafka's text form. */
export function uuidFromBytes(bytes: Buffer): string {
  return bytes.toString('base64url')
}

/** Kafka's text form to 16 bytes. */
export function uuidToBytes(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}

/**
 * A random (version 4) UUID from 16 random bytes, or undefined where Kafka would draw again: its text would begin
 * with a dash, which command lines take for an option (Uuid.randomUuid).
 */
export function uuidFromRandom(random: Buffer): string | undefined {
  const bytes = Buffer.from(random.subarray(0, 16))
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const text = uuidFromBytes(bytes)
  return text.startsWith('-') ? undefined : text
}

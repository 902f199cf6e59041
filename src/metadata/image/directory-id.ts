import { uuidFromBytes, uuidToBytes } from '../../protocol/uuid.ts'

const RESERVED_COUNT = 100

/**
 * Ids in the place of a log directory's that are none. The first 100 UUIDs are reserved: no directory has one
 * of them (org.apache.kafka.common.DirectoryId).
 */
function reserved(number: number): string {
  const bytes = Buffer.alloc(16)
  bytes.writeUInt8(number, 15)
  return uuidFromBytes(bytes)
}

/** Not known: the record is from before directories were told, or the broker registered without any. */
export const MIGRATING_DIRECTORY = reserved(0)
/** The broker has several and has not yet said which one it chose. */
export const UNASSIGNED_DIRECTORY = reserved(1)
/** One that is offline, whichever it is. */
const LOST_DIRECTORY = reserved(2)

export function isReservedDirectory(id: string): boolean {
  const bytes = uuidToBytes(id)
  return bytes.readBigUInt64BE(0) === 0n && bytes.readBigUInt64BE(8) < BigInt(RESERVED_COUNT)
}

/** Whether a replica in directory `id` can be had from a broker with these directories online; none told: believe it. */
export function isOnlineDirectory(id: string, onlineDirectories: readonly string[]): boolean {
  if (id === UNASSIGNED_DIRECTORY || id === MIGRATING_DIRECTORY) return true
  if (id === LOST_DIRECTORY) return false
  return onlineDirectories.length === 0 || onlineDirectories.includes(id)
}

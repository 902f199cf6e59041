/** What a file of a partition's directory is, by its suffix (Kafka's LogFileUtils). */
export const SegmentFileSuffix = {
  LOG: '.log',
  OFFSET_INDEX: '.index',
  TIME_INDEX: '.timeindex',
  TRANSACTION_INDEX: '.txnindex',
  PRODUCER_SNAPSHOT: '.snapshot',
} as const

export type SegmentFileSuffix = (typeof SegmentFileSuffix)[keyof typeof SegmentFileSuffix]

/** Set behind the suffix of a file that waits for its removal. */
export const DELETED_SUFFIX = '.deleted'
/** Set behind the suffix of a file that the cleaner, or the split of a segment, has not finished. */
export const CLEANED_SUFFIX = '.cleaned'
/** Set behind the suffix of a finished file that is about to replace others. */
export const SWAP_SUFFIX = '.swap'

const BASE_OFFSET_DIGITS = 20
const SEGMENT_FILE_NAME =
  /^(\d{20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.deleted|\.cleaned|\.swap)?$/

/** `00000000000000000042.log`: the base offset (for a snapshot: the offset behind the last it knows of) and a suffix. */
export function segmentFileName(offset: number, suffix: SegmentFileSuffix): string {
  return String(offset).padStart(BASE_OFFSET_DIGITS, '0') + suffix
}

export interface SegmentFileName {
  readonly offset: number
  readonly suffix: SegmentFileSuffix
  /** `.deleted`, `.cleaned`, `.swap` or nothing. */
  readonly state: '' | typeof DELETED_SUFFIX | typeof CLEANED_SUFFIX | typeof SWAP_SUFFIX
}

/** Undefined for a file that is none of a segment's, and for an offset that no log reaches. */
export function parseSegmentFileName(name: string): SegmentFileName | undefined {
  const match = SEGMENT_FILE_NAME.exec(name)
  if (match === null) return undefined
  const offset = Number(match[1])
  if (!Number.isSafeInteger(offset)) return undefined
  return {
    offset,
    suffix: match[2] as SegmentFileSuffix,
    state: (match[3] ?? '') as SegmentFileName['state'],
  }
}

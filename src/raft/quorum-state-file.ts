import { join } from 'node:path'
import { type Disk, DiskError } from '../io/disk.ts'
import { LogDirectoryError } from '../log/log-directory-error.ts'
import { isUuid, ZERO_UUID } from '../protocol/uuid.ts'
import { type ElectionState, NO_ELECTION_YET } from './election-state.ts'

const FILE_NAME = 'quorum-state'
const MAX_BYTES = 64 * 1024
/** 0 belongs to quorums whose voters are told by configuration (kraft.version 0), 1 to those with the voters in the log. */
type DataVersion = 0 | 1

/** What the wire and the file call nobody. */
const NOBODY = -1

/**
 * The `quorum-state` file beside the metadata log: one line of JSON in the fields of QuorumStateData. A file that
 * cannot be read is an error: to begin anew could give a second vote in one epoch.
 */
export class QuorumStateFile {
  readonly #disk: Disk
  readonly #path: string

  constructor({ disk, directory }: { disk: Disk; directory: string }) {
    this.#disk = disk
    this.#path = join(directory, FILE_NAME)
  }

  /** What was written last; where there is no file yet, that no election was. */
  async read(): Promise<ElectionState> {
    let text: string
    try {
      text = (await this.#disk.readFile(this.#path, MAX_BYTES)).toString('utf8')
    } catch (error) {
      if (error instanceof DiskError && error.code === 'ENOENT') return NO_ELECTION_YET
      throw error
    }
    const state = parse(text)
    if (state === undefined) {
      throw new LogDirectoryError(
        `${this.#path} is damaged: it must not be guessed who got this node's vote. Restore it, or take this node out of the quorum.`,
      )
    }
    return state
  }

  /** On stable storage when it resolves. */
  write(
    { epoch, leaderId, votedFor }: ElectionState,
    { version, voterIds }: { version: DataVersion; voterIds: readonly number[] },
  ): Promise<void> {
    const state = {
      ...(version === 0 ? { clusterId: '' } : {}),
      leaderId: leaderId ?? NOBODY,
      leaderEpoch: epoch,
      votedId: votedFor?.id ?? NOBODY,
      ...(version === 0
        ? { appliedOffset: 0, currentVoters: voterIds.map(voterId => ({ voterId })) }
        : { votedDirectoryId: votedFor?.directoryId ?? ZERO_UUID }),
      data_version: version,
    }
    return this.#disk.replaceFile(this.#path, Buffer.from(JSON.stringify(state)))
  }
}

function parse(text: string): ElectionState | undefined {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
  const { leaderId, leaderEpoch, votedId, votedDirectoryId = ZERO_UUID } = value
  if (!isInt32(leaderId) || !isInt32(leaderEpoch) || !isInt32(votedId) || leaderEpoch < 0) return undefined
  if (typeof votedDirectoryId !== 'string' || !isUuid(votedDirectoryId)) return undefined
  return {
    epoch: leaderEpoch,
    leaderId: leaderId === NOBODY ? undefined : leaderId,
    votedFor: votedId === NOBODY ? undefined : { id: votedId, directoryId: votedDirectoryId },
  }
}

const isInt32 = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31

import type { VotersRecord, votersRecord } from '../protocol/messages/voters-record.ts'
import type { MessageInput } from '../protocol/schema.ts'
import { ZERO_UUID } from '../protocol/uuid.ts'

/** Where a voter listens for other voters, by the listener's name. */
export interface VoterEndpoint {
  readonly name: string
  readonly host: string
  readonly port: number
}

/** One voter of the metadata quorum (KIP-853). */
export interface Voter {
  readonly voterId: number
  /** Undefined where voters are told by configuration alone: any directory of that node is meant. */
  readonly directoryId: string | undefined
  readonly endpoints: readonly VoterEndpoint[]
  /** Levels of `kraft.version` that it supports. */
  readonly kraftVersions: { readonly min: number; readonly max: number }
}

/** Levels of `kraft.version` that this node supports: 0 (voters by configuration) and 1 (voters in the log). */
export const SUPPORTED_KRAFT_VERSIONS = { min: 0, max: 1 } as const

/** Who has a vote. Never changes; another set takes its place. */
export class VoterSet {
  readonly #byId: ReadonlyMap<number, Voter>

  constructor(voters: Iterable<Voter>) {
    this.#byId = new Map([...voters].map(voter => [voter.voterId, voter]))
  }

  static fromRecord(record: VotersRecord): VoterSet {
    return new VoterSet(
      record.voters.map(({ voterId, voterDirectoryId, endpoints, kRaftVersionFeature }) => ({
        voterId,
        directoryId: voterDirectoryId === ZERO_UUID ? undefined : voterDirectoryId,
        endpoints,
        kraftVersions: {
          min: kRaftVersionFeature.minSupportedVersion,
          max: kRaftVersionFeature.maxSupportedVersion,
        },
      })),
    )
  }

  toRecord(): MessageInput<typeof votersRecord> {
    return {
      version: 0,
      voters: [...this.#byId.values()].map(({ voterId, directoryId, endpoints, kraftVersions }) => ({
        voterId,
        voterDirectoryId: directoryId ?? ZERO_UUID,
        endpoints,
        kRaftVersionFeature: {
          minSupportedVersion: kraftVersions.min,
          maxSupportedVersion: kraftVersions.max,
        },
      })),
    }
  }

  get size(): number {
    return this.#byId.size
  }

  get ids(): number[] {
    return [...this.#byId.keys()]
  }

  /** How many voters make a decision. */
  get majority(): number {
    return Math.floor(this.#byId.size / 2) + 1
  }

  get(voterId: number): Voter | undefined {
    return this.#byId.get(voterId)
  }

  /** Whether a replica has a vote: its directory counts only where the set tells directories. */
  isVoter({ id, directoryId }: { id: number; directoryId: string }): boolean {
    const voter = this.#byId.get(id)
    return voter !== undefined && (voter.directoryId === undefined || voter.directoryId === directoryId)
  }

  [Symbol.iterator](): IterableIterator<Voter> {
    return this.#byId.values()
  }
}

import type { MetadataRecordValue } from '../records/metadata-records.ts'
import { withChanges } from './map-changes.ts'

/** SCRAM mechanisms by their ids in records (ScramMechanism). */
export const ScramMechanism = { SCRAM_SHA_256: 1, SCRAM_SHA_512: 2 } as const
export type ScramMechanism = (typeof ScramMechanism)[keyof typeof ScramMechanism]

/** What is kept of a password. Secret: never logged. */
export interface ScramCredential {
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
  readonly iterations: number
}

/** Credentials by mechanism, then by user. */
export interface ScramImage {
  readonly credentials: ReadonlyMap<ScramMechanism, ReadonlyMap<string, ScramCredential>>
}

/** Credentials that changed, as they are now; undefined: removed. */
export interface ScramDelta {
  readonly credentials: ReadonlyMap<ScramMechanism, ReadonlyMap<string, ScramCredential | undefined>>
}

export function scramCredentialFromRecord(
  record: MetadataRecordValue<'UserScramCredentialRecord'>,
): ScramCredential {
  const { salt, storedKey, serverKey, iterations } = record
  return { salt, storedKey, serverKey, iterations }
}

/** Gathers what records change among the credentials. */
export class ScramDeltaBuilder {
  readonly #before: ScramImage
  readonly #changed = new Map<ScramMechanism, Map<string, ScramCredential | undefined>>()

  constructor(before: ScramImage) {
    this.#before = before
  }

  replayCredential(record: MetadataRecordValue<'UserScramCredentialRecord'>): void {
    this.#of(record.mechanism).set(record.name, scramCredentialFromRecord(record))
  }

  replayRemoveCredential(record: MetadataRecordValue<'RemoveUserScramCredentialRecord'>): void {
    this.#of(record.mechanism).set(record.name, undefined)
  }

  #of(mechanism: number): Map<string, ScramCredential | undefined> {
    const users = this.#changed.get(mechanism as ScramMechanism) ?? new Map()
    this.#changed.set(mechanism as ScramMechanism, users)
    return users
  }

  build(): { image: ScramImage; delta: ScramDelta | undefined } {
    if (this.#changed.size === 0) return { image: this.#before, delta: undefined }
    const credentials = new Map(this.#before.credentials)
    for (const [mechanism, users] of this.#changed) {
      credentials.set(mechanism, withChanges(credentials.get(mechanism) ?? new Map(), users))
    }
    return { image: { credentials }, delta: { credentials: this.#changed } }
  }
}

import type { ScramCredential, ScramMechanism } from '../image/scram-image.ts'
import { scramCredentialFromRecord } from '../image/scram-image.ts'
import type { MetadataRecordValue } from '../records/metadata-records.ts'

/** SCRAM credentials, as the controller knows them (Kafka's ScramControlManager). */
export class ScramControl {
  readonly #credentials = new Map<ScramMechanism, Map<string, ScramCredential>>()

  get credentials(): ReadonlyMap<ScramMechanism, ReadonlyMap<string, ScramCredential>> {
    return this.#credentials
  }

  replayCredential(record: MetadataRecordValue<'UserScramCredentialRecord'>): void {
    const mechanism = record.mechanism as ScramMechanism
    const users = this.#credentials.get(mechanism) ?? new Map<string, ScramCredential>()
    this.#credentials.set(mechanism, users.set(record.name, scramCredentialFromRecord(record)))
  }

  replayRemoveCredential(record: MetadataRecordValue<'RemoveUserScramCredentialRecord'>): void {
    const mechanism = record.mechanism as ScramMechanism
    const users = this.#credentials.get(mechanism)
    users?.delete(record.name)
    if (users?.size === 0) this.#credentials.delete(mechanism)
  }
}

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

import type { ScramImage } from '../../metadata/image/scram-image.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import { describeUserScramCredentialsApi } from '../../protocol/messages/describe-user-scram-credentials.ts'
import { handler } from '../handler.ts'

export const describeUserScramCredentialsHandler = handler(describeUserScramCredentialsApi, {
  versions: [0, 0],
  handle({ users }, _context, { metadata }) {
    const { scram } = metadata.image
    const asked = users === null || users.length === 0 ? allUsers(scram) : users.map(({ name }) => name)
    const results = asked.map((user, i) => {
      const failed = (errorCode: ErrorCode, errorMessage: string) => ({
        user,
        errorCode,
        errorMessage,
        credentialInfos: [],
      })
      if (asked.indexOf(user) !== i)
        return failed(ErrorCode.DUPLICATE_RESOURCE, `The user ${user} is asked for twice.`)
      const credentialInfos = credentialsOf(scram, user)
      if (credentialInfos.length === 0)
        return failed(ErrorCode.RESOURCE_NOT_FOUND, `The user ${user} has no SCRAM credential.`)
      return { user, errorCode: ErrorCode.NONE, errorMessage: null, credentialInfos }
    })
    return { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, results }
  },
})

function allUsers({ credentials }: ScramImage): string[] {
  return [...new Set([...credentials.values()].flatMap(byUser => [...byUser.keys()]))]
}

/** Mechanism and iterations; never the keys. */
function credentialsOf(
  { credentials }: ScramImage,
  user: string,
): { mechanism: number; iterations: number }[] {
  const infos: { mechanism: number; iterations: number }[] = []
  for (const [mechanism, byUser] of credentials) {
    const credential = byUser.get(user)
    if (credential !== undefined) infos.push({ mechanism, iterations: credential.iterations })
  }
  return infos
}

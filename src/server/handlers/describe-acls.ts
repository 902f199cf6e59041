import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { describeAclsApi } from '../../protocol/messages/describe-acls.ts'
import { handler } from '../handler.ts'

export const describeAclsHandler = handler(describeAclsApi, {
  versions: [0, 3],
  handle() {
    throw new ApiError(ErrorCode.SECURITY_DISABLED, 'No authorizer is configured on this broker.')
  },
})

import type { GroupClient } from '../coordinator/group/group-coordinator.ts'
import type { RequestContext } from './request-context.ts'

/** Who sends a request, as groups want to know it. */
export function groupClient({ clientId, connection, apiVersion }: RequestContext): GroupClient {
  return { clientId, clientHost: connection.clientHost, apiVersion }
}

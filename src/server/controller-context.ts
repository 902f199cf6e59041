import type { ControllerContext } from '../metadata/controller/controller-port.ts'
import type { RequestContext } from './request-context.ts'

/** A request's context as the controller wants it; `timeoutMs`: for how long the client is ready to wait. */
export function controllerContext(
  { connection, receivedAtMs }: RequestContext,
  timeoutMs: number | undefined,
): ControllerContext {
  const { type, name } = connection.principal
  return {
    principal: `${type}:${name}`,
    deadlineMs: timeoutMs === undefined ? undefined : receivedAtMs + Math.max(0, timeoutMs),
  }
}

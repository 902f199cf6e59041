import type { ListenerType } from '../protocol/schema.ts'
import type { Handler } from './handler.ts'

/** One API as ApiVersions tells it. */
export interface AdvertisedVersion {
  readonly apiKey: number
  readonly minVersion: number
  readonly maxVersion: number
}

/** What ApiVersions tells on a kind of listener: the APIs that have a handler, in the versions that it serves. */
export function advertisedVersions(
  handlers: Iterable<Handler>,
  listenerType: ListenerType,
): AdvertisedVersion[] {
  const advertised: AdvertisedVersion[] = []
  for (const { api, versions } of handlers) {
    if (!api.listeners.includes(listenerType)) continue
    advertised.push({
      apiKey: api.key,
      minVersion: versions[0],
      maxVersion: Math.min(versions[1], api.offeredUntil),
    })
  }
  return advertised.sort((a, b) => a.apiKey - b.apiKey)
}

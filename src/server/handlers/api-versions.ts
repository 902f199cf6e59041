import { ErrorCode } from '../../protocol/error-code.ts'
import { apiVersionsApi } from '../../protocol/messages/api-versions.ts'
import type { BrokerServices } from '../broker-services.ts'
import { handler } from '../handler.ts'

/** What a client's name and version may look like (KIP-511). */
const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/
/** From here on clients can read a feature whose lowest level is 0. */
const FEATURES_FROM_ZERO_SINCE = 4

export const apiVersionsHandler = handler(apiVersionsApi, {
  versions: [0, 4],
  handle(request, { connection, apiVersion }, services) {
    if (apiVersion >= 3) {
      const { clientSoftwareName, clientSoftwareVersion } = request
      if (!SOFTWARE_NAME.test(clientSoftwareName) || !SOFTWARE_NAME.test(clientSoftwareVersion)) {
        return { errorCode: ErrorCode.INVALID_REQUEST, apiKeys: [] }
      }
      connection.clientSoftwareName = clientSoftwareName
      connection.clientSoftwareVersion = clientSoftwareVersion
    }
    return {
      errorCode: ErrorCode.NONE,
      apiKeys: services.advertisedVersions(connection.listenerType),
      supportedFeatures: supportedFeatures(services, apiVersion),
      finalizedFeaturesEpoch: services.metadata.image.provenance.lastContainedOffset,
      finalizedFeatures: finalizedFeatures(services),
    }
  },
})

function supportedFeatures({ supportedFeatures }: BrokerServices, apiVersion: number) {
  return [...supportedFeatures]
    .filter(([, { min }]) => apiVersion >= FEATURES_FROM_ZERO_SINCE || min > 0)
    .map(([name, { min, max }]) => ({ name, minVersion: min, maxVersion: max }))
}

function finalizedFeatures({ metadata, quorum }: BrokerServices) {
  const { metadataVersion, finalizedLevels } = metadata.image.features
  const levels = new Map(finalizedLevels)
  if (metadataVersion !== undefined) levels.set('metadata.version', metadataVersion)
  if (quorum.kraftVersion > 0) levels.set('kraft.version', quorum.kraftVersion)
  return [...levels].map(([name, level]) => ({ name, minVersionLevel: level, maxVersionLevel: level }))
}

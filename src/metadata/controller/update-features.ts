import type { ErrorCode as ErrorCodeType } from '../../protocol/error-code.ts'
import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import type {
  UpdateFeaturesRequest,
  UpdateFeaturesResponse,
} from '../../protocol/messages/update-features.ts'
import type { SupportedLevels } from '../image/broker-registration.ts'
import {
  downgradeLosesMetadata,
  METADATA_VERSION_FEATURE,
  metadataVersionLevel,
  metadataVersionSupports,
} from '../metadata-version.ts'
import type { MetadataRecord } from '../records/metadata-records.ts'
import { metadataRecord } from '../records/metadata-records.ts'
import {
  ELIGIBLE_LEADER_REPLICAS_FEATURE,
  KRAFT_VERSION_FEATURE,
  SUPPORTED_FEATURES,
  unmetFeatureDependency,
} from '../supported-features.ts'
import type { ControllerMachine, ControllerResult } from './controller-machine.ts'
import { elrSafetyRecords } from './elr-safety.ts'
import { UNSUPPORTED_LEVELS } from './feature-control.ts'

/** FeatureUpdate.UpgradeType */
const UpgradeType = { UPGRADE: 1, SAFE_DOWNGRADE: 2, UNSAFE_DOWNGRADE: 3 } as const

export interface FeatureSurroundings {
  readonly nodeId: number
  /** The finalized kraft.version, which the quorum keeps. */
  readonly kraftVersion: number
  /** Ids of the voters. */
  readonly voterIds: readonly number[]
}

/** Raises or lowers features to levels that every node supports: all of the request or nothing. */
export function updateFeatures(
  machine: ControllerMachine,
  request: UpdateFeaturesRequest,
  surroundings: FeatureSurroundings,
): ControllerResult<UpdateFeaturesResponse> {
  const records: MetadataRecord[] = []
  const proposed = new Map(machine.features.finalized)
  for (const { feature, maxVersionLevel } of request.featureUpdates) proposed.set(feature, maxVersionLevel)
  try {
    for (const update of request.featureUpdates) {
      records.push(...updateFeature(machine, withUpgradeType(update), proposed, surroundings))
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const errorMessage = `The update failed for all features since the following feature had an error: ${error.message}`
    return { records: [], response: { throttleTimeMs: 0, errorCode: error.code, errorMessage, results: [] } }
  }
  const results = request.featureUpdates.map(({ feature }) => ({
    feature,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
  }))
  return {
    records: request.validateOnly ? [] : records,
    response: { throttleTimeMs: 0, errorCode: ErrorCode.NONE, errorMessage: null, results },
  }
}

interface FeatureUpdate {
  readonly feature: string
  readonly level: number
  readonly upgradeType: number
}

/** The first version of the request knew only whether a downgrade is allowed. */
function withUpgradeType(update: UpdateFeaturesRequest['featureUpdates'][number]): FeatureUpdate {
  const { feature, maxVersionLevel, allowDowngrade, upgradeType } = update
  return {
    feature,
    level: maxVersionLevel,
    upgradeType: allowDowngrade ? UpgradeType.SAFE_DOWNGRADE : upgradeType,
  }
}

function updateFeature(
  machine: ControllerMachine,
  update: FeatureUpdate,
  proposed: ReadonlyMap<string, number>,
  surroundings: FeatureSurroundings,
): MetadataRecord[] {
  const { feature, level, upgradeType } = update
  const current =
    feature === KRAFT_VERSION_FEATURE ? surroundings.kraftVersion : machine.features.level(feature)
  if (!Object.values<number>(UpgradeType).includes(upgradeType)) {
    refuse(update, 'The controller does not support the given upgrade type.')
  }
  if (level < 0) refuse(update, 'A feature version cannot be less than 0.')
  const reason = reasonNotSupported(machine, update, surroundings)
  if (reason !== undefined) refuse(update, reason)
  if (level < current && upgradeType === UpgradeType.UPGRADE) {
    refuse(
      update,
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe " +
        'downgrade.',
    )
  }
  if (level > current && upgradeType !== UpgradeType.UPGRADE)
    refuse(update, "Can't downgrade to a newer version.")
  if (feature === KRAFT_VERSION_FEATURE) {
    if (level !== current) refuse(update, 'Changing kraft.version is not supported yet.')
    return []
  }
  if (feature === METADATA_VERSION_FEATURE) refuseLossyDowngrade(update, current)
  const unmet = unmetFeatureDependency(feature, level, proposed)
  if (unmet !== undefined) refuse(update, unmet)
  const record = metadataRecord('FeatureLevelRecord', 0, { name: feature, featureLevel: level })
  const enablesElr = feature === ELIGIBLE_LEADER_REPLICAS_FEATURE && level > 0 && current === 0
  return enablesElr ? [...elrSafetyRecords(machine), record] : [record]
}

function refuseLossyDowngrade(update: FeatureUpdate, current: number): void {
  const { level, upgradeType } = update
  if (metadataVersionLevel(level) === undefined) refuseVersion(level, 'Unknown metadata.version.')
  if (level >= current || !downgradeLosesMetadata({ from: current, to: level })) return
  refuseVersion(
    level,
    upgradeType === UpgradeType.UNSAFE_DOWNGRADE
      ? 'Unsafe metadata downgrade is not supported in this version.'
      : 'Refusing to perform the requested downgrade because it might delete metadata information.',
  )
}

/** Why some node cannot do that level. */
function reasonNotSupported(
  machine: ControllerMachine,
  { feature, level }: FeatureUpdate,
  { nodeId, voterIds }: FeatureSurroundings,
): string | undefined {
  const local = SUPPORTED_FEATURES.get(feature) ?? UNSUPPORTED_LEVELS
  const localReason = reasonNodeCannot(`Local controller ${nodeId}`, local, level)
  if (localReason !== undefined) return localReason
  for (const { id, supportedFeatures } of machine.cluster.brokers.values()) {
    const levels = supportedFeatures.get(feature) ?? UNSUPPORTED_LEVELS
    const reason = reasonNodeCannot(`Broker ${id}`, levels, level)
    if (reason !== undefined) return reason
  }
  if (!metadataVersionSupports(machine.features.metadataVersion, 'controllerRegistration')) return undefined
  for (const id of voterIds) {
    if (id === nodeId) continue
    const controller = machine.cluster.controllers.get(id)
    if (controller === undefined) {
      return `controller ${id} has not registered, and may not support this feature`
    }
    const levels = controller.supportedFeatures.get(feature) ?? UNSUPPORTED_LEVELS
    const reason = reasonNodeCannot(`Controller ${id}`, levels, level)
    if (reason !== undefined) return reason
  }
  return undefined
}

function reasonNodeCannot(node: string, { min, max }: SupportedLevels, level: number): string | undefined {
  if (level >= min && level <= max) return undefined
  if (max === 0) return `${node} does not support this feature.`
  return `${node} only supports versions ${min === max ? min : `${min}-${max}`}`
}

function refuse({ feature, level }: FeatureUpdate, reason: string): never {
  fail(ErrorCode.INVALID_UPDATE_VERSION, `Invalid update version ${level} for feature ${feature}. ${reason}`)
}

function refuseVersion(level: number, reason: string): never {
  fail(ErrorCode.INVALID_UPDATE_VERSION, `Invalid metadata.version ${level}. ${reason}`)
}

function fail(code: ErrorCodeType, message: string): never {
  throw new ApiError(code, message)
}

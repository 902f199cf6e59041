import { ApiError, ErrorCode } from '../../protocol/error-code.ts'
import { describeConfigsApi } from '../../protocol/messages/describe-configs.ts'
import { handler } from '../handler.ts'

export const describeConfigsHandler = handler(describeConfigsApi, {
  versions: [0, 4],
  handle({ resources, includeSynonyms, includeDocumentation }, _context, { configDescriber }) {
    const results = resources.map(({ resourceType, resourceName, configurationKeys }) => {
      const resource = { resourceType, resourceName }
      try {
        // An empty list of keys asks for all of them, as null does.
        const keys =
          configurationKeys === null || configurationKeys.length === 0
            ? undefined
            : new Set(configurationKeys)
        const configs = configDescriber
          .describe(resource)
          .filter(({ name }) => keys === undefined || keys.has(name))
          .map(({ synonyms, documentation, ...config }) => ({
            ...config,
            synonyms: includeSynonyms ? synonyms : [],
            documentation: includeDocumentation ? documentation : null,
          }))
        return { ...resource, errorCode: ErrorCode.NONE, errorMessage: null, configs }
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        return { ...resource, errorCode: error.code, errorMessage: error.message, configs: [] }
      }
    })
    return { throttleTimeMs: 0, results }
  },
  fail({ resources }, { code, message }) {
    const error = { errorCode: code, errorMessage: message, configs: [] }
    const results = resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      ...error,
    }))
    return { throttleTimeMs: 0, results }
  },
})

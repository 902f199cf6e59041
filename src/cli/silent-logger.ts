import type { Logger } from '../io/logger.ts'

const silence = (): void => {}

/** For tools, which say what they have to say themselves. */
export const SILENT_LOGGER: Logger = {
  trace: silence,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
  fatal: silence,
  named: () => SILENT_LOGGER,
}

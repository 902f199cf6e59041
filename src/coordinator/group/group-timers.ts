import type { GroupSurroundings } from './group-surroundings.ts'

/** Sets, or sets anew, the timer of `key`. What it does must not fail: a failure is a bug, and logged as one. */
export function scheduleAction(
  { timers, logger }: GroupSurroundings,
  { key, delayMs, action }: { key: string; delayMs: number; action: () => void },
): void {
  timers.schedule({
    key,
    delayMs,
    action: async () => {
      try {
        action()
      } catch (error) {
        logger.error({ err: error, timer: key }, "a group's timer failed unexpectedly")
      }
    },
  })
}

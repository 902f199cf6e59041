import { goProgram } from '../../harness/go-program.ts'
import type { ClientProgram } from '../client-program.ts'

/** The program of franz-go, built into the test cache. */
export const franzGo = async (): Promise<ClientProgram> => ({
  command: await goProgram(import.meta.dirname),
  args: [],
})

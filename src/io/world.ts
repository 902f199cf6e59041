import type { Clock } from './clock.ts'
import type { Compute } from './compute.ts'
import type { Disk } from './disk.ts'
import type { Logger } from './logger.ts'
import type { Network } from './network.ts'
import type { Random } from './random.ts'

/** Everything outside of the broker. The whole of it is handed in, so a cluster can run in one process under a simulator. */
export interface World {
  readonly clock: Clock
  readonly disk: Disk
  readonly network: Network
  readonly random: Random
  readonly compute: Compute
  readonly logger: Logger
}

/** Operations by their ids on the wire (org.apache.kafka.common.acl.AclOperation). */
const AclOperation = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const

const bitsOf = (...operations: number[]): number =>
  operations.reduce((bits, operation) => bits | (1 << operation), 0)

/** What "authorized operations" says where nobody asked for it. */
export const OPERATIONS_NOT_ASKED_FOR = -2147483648

/**
 * All operations that there are on a kind of resource, as a bit field: what everybody may do where there is no
 * authorizer (AclEntry.supportedOperations).
 */
export const ALL_OPERATIONS = {
  topic: bitsOf(
    AclOperation.READ,
    AclOperation.WRITE,
    AclOperation.CREATE,
    AclOperation.DESCRIBE,
    AclOperation.DELETE,
    AclOperation.ALTER,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
  ),
  group: bitsOf(
    AclOperation.READ,
    AclOperation.DESCRIBE,
    AclOperation.DELETE,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
  ),
  cluster: bitsOf(
    AclOperation.CREATE,
    AclOperation.CLUSTER_ACTION,
    AclOperation.DESCRIBE_CONFIGS,
    AclOperation.ALTER_CONFIGS,
    AclOperation.IDEMPOTENT_WRITE,
    AclOperation.ALTER,
    AclOperation.DESCRIBE,
  ),
} as const

/** The partition of `__consumer_offsets` that a group belongs to: the same for every broker of a cluster. */
export function groupPartitionIndex(groupId: string, partitionCount: number): number {
  const hash = javaHashCode(groupId)
  // The lowest int has no positive twin; Kafka takes it for 0 (Utils.abs).
  return (hash === -0x80000000 ? 0 : Math.abs(hash)) % partitionCount
}

/** java.lang.String.hashCode: over UTF-16 units, in 32 bits. */
function javaHashCode(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

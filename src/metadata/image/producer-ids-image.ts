/** The block of producer ids that was given out last. */
export interface ProducerIdsImage {
  /** undefined: none was given out yet. */
  readonly lastBlock: ProducerIdBlockGrant | undefined
}

export interface ProducerIdBlockGrant {
  readonly brokerId: number
  readonly brokerEpoch: number
  /** The first id behind the block. */
  readonly nextProducerId: number
}

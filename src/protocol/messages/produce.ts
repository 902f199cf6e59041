import type { RequestOf, ResponseInputOf } from '../schema.ts'
import { api, array, int16, int32, int64, records, string, struct, uuid } from '../schema.ts'

/**
 * Appends record batches to partitions. v3: batches of magic 2 only · v7: zstd · v8: errors per record
 * (KIP-467) · v10: leader hints (KIP-951) · v12: transactions v2 (KIP-890) · v13: topic ids (KIP-516).
 */
export const produceApi = api({
  key: 0,
  name: 'Produce',
  versions: [0, 13],
  flexibleSince: 9,
  listeners: ['broker'],
  request: {
    transactionalId: string({ since: 3, nullable: true, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array({
      name: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitionData: array({
        index: int32(),
        records: records({ nullable: true }),
      }),
    }),
  },
  response: {
    responses: array({
      name: string({ until: 12, ignorable: true }),
      topicId: uuid({ since: 13, ignorable: true }),
      partitionResponses: array({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ since: 2, default: -1, ignorable: true }),
        logStartOffset: int64({ since: 5, default: -1, ignorable: true }),
        recordErrors: array(
          {
            batchIndex: int32(),
            batchIndexErrorMessage: string({ nullable: true, default: null }),
          },
          { since: 8, ignorable: true },
        ),
        errorMessage: string({ since: 8, nullable: true, default: null, ignorable: true }),
        currentLeader: struct(
          {
            leaderId: int32({ default: -1 }),
            leaderEpoch: int32({ default: -1 }),
          },
          { since: 10, tag: 0 },
        ),
      }),
    }),
    throttleTimeMs: int32({ since: 1, default: 0, ignorable: true }),
    nodeEndpoints: array(
      {
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
      },
      { since: 10, tag: 0 },
    ),
  },
})

export type ProduceRequest = RequestOf<typeof produceApi>
export type ProduceResponse = ResponseInputOf<typeof produceApi>

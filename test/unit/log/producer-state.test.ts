import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ProducerBatch } from '../../../src/log/producer-batch.ts'
import {
  CorruptSnapshotError,
  decodeProducerSnapshot,
  encodeProducerSnapshot,
} from '../../../src/log/producer-snapshot.ts'
import { ProducerState } from '../../../src/log/producer-state.ts'
import { ErrorCode } from '../../../src/protocol/error-code.ts'
import { incrementSequence } from '../../../src/protocol/records/record-batch.ts'

function data(options: {
  offset: number
  sequence: number
  count?: number
  epoch?: number
  transactional?: boolean
  producerId?: number
  timestamp?: bigint
}): ProducerBatch {
  const { offset, sequence, count = 1 } = options
  return {
    producerId: options.producerId ?? 1,
    producerEpoch: options.epoch ?? 0,
    baseSequence: sequence,
    lastSequence: incrementSequence(sequence, count - 1),
    baseOffset: offset,
    lastOffset: offset + count - 1,
    maxTimestamp: options.timestamp ?? 1_000n,
    isTransactional: options.transactional ?? false,
    isControl: false,
    marker: undefined,
  }
}

function marker(options: {
  offset: number
  result: 'commit' | 'abort'
  epoch?: number
  coordinatorEpoch?: number
  producerId?: number
}): ProducerBatch {
  const { offset, result, epoch = 0, coordinatorEpoch = 0, producerId = 1 } = options
  return {
    ...data({ offset, sequence: -1, epoch, producerId, transactional: true }),
    lastSequence: -1,
    isControl: true,
    marker: { result, coordinatorEpoch, timestamp: 1_000n },
  }
}

const client = { origin: 'client' as const }
const refusal = (errorCode: number) => expect.objectContaining({ errorCode })

describe('a producer', () => {
  it('that is not known may begin with any sequence', () => {
    const state = new ProducerState({ endOffset: 0 })
    expect(state.check(data({ offset: 0, sequence: 17 }), client)).toBe(undefined)
  })

  it('goes on where its last batch ended, and nowhere else', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, count: 3 }))
    expect(state.check(data({ offset: 3, sequence: 3 }), client)).toBe(undefined)
    for (const sequence of [0, 2, 4, 5]) {
      const refused = refusal(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER)
      expect(state.check(data({ offset: 3, sequence }), client)).toEqual(refused)
    }
  })

  it('goes on at 0 behind 2^31-1', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0x7fff_fffe, count: 2 }))
    expect(state.check(data({ offset: 2, sequence: 0 }), client)).toBe(undefined)
    state.append(data({ offset: 2, sequence: 0, count: 2 }))
    expect(state.findDuplicate(data({ offset: 9, sequence: 0x7fff_fffe, count: 2 }))).toMatchObject({
      lastOffset: 1,
    })
    const across = new ProducerState({ endOffset: 0 })
    across.append(data({ offset: 0, sequence: 0x7fff_ffff, count: 3 }))
    expect(across.findDuplicate(data({ offset: 9, sequence: 0x7fff_ffff, count: 3 }))).toMatchObject({
      lastOffset: 2,
    })
    expect(across.check(data({ offset: 3, sequence: 2 }), client)).toBe(undefined)
  })

  it('begins at 0 in a new epoch, and an old epoch is refused', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, epoch: 3 }))
    expect(state.check(data({ offset: 1, sequence: 1, epoch: 4 }), client)).toEqual(
      refusal(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    )
    expect(state.check(data({ offset: 1, sequence: 0, epoch: 4 }), client)).toBe(undefined)
    expect(state.check(data({ offset: 1, sequence: 1, epoch: 2 }), client)).toEqual(
      refusal(ErrorCode.INVALID_PRODUCER_EPOCH),
    )
  })

  it('has its last five batches recognized when they come again, with their offsets', () => {
    const state = new ProducerState({ endOffset: 0 })
    for (let index = 0; index < 7; index++) {
      state.append(data({ offset: index * 2 + 100, sequence: index * 2, count: 2 }))
    }
    for (let index = 2; index < 7; index++) {
      const again = state.findDuplicate(data({ offset: 500, sequence: index * 2, count: 2 }))
      expect(again).toMatchObject({ lastOffset: index * 2 + 101, offsetDelta: 1 })
    }
    for (const [sequence, count] of [
      [2, 2],
      [12, 1],
      [11, 2],
    ] as const) {
      expect(state.findDuplicate(data({ offset: 500, sequence, count }))).toBe(undefined)
    }
    expect(state.findDuplicate(data({ offset: 500, sequence: 12, count: 2, epoch: 1 }))).toBe(undefined)
  })

  it('that writes for a coordinator has only its epoch checked', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: -1, epoch: 3, transactional: true }))
    const origin = { origin: 'coordinator' as const }
    expect(state.check(data({ offset: 1, sequence: -1, epoch: 3, transactional: true }), origin)).toBe(
      undefined,
    )
    expect(state.check(data({ offset: 1, sequence: -1, epoch: 2, transactional: true }), origin)).toEqual(
      refusal(ErrorCode.INVALID_PRODUCER_EPOCH),
    )
  })

  it('with a transaction open may not write without it', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, transactional: true }))
    expect(state.check(data({ offset: 1, sequence: 1 }), client)).toEqual(
      refusal(ErrorCode.INVALID_TXN_STATE),
    )
  })

  it('is forgotten when it has written nothing for long, unless a transaction is open', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, timestamp: 5_000n }))
    state.append(data({ offset: 1, sequence: 0, producerId: 2, transactional: true, timestamp: 5_000n }))
    state.removeExpired({ nowMs: 14_999, expirationMs: 10_000 })
    expect(state.count).toBe(2)
    state.removeExpired({ nowMs: 15_000, expirationMs: 10_000 })
    expect([...state.entries()].map(entry => entry.producerId)).toEqual([2])
  })
})

describe('transactions', () => {
  it('hold the first unstable offset until their marker is below the high watermark', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 5, sequence: 0, transactional: true }))
    state.append(data({ offset: 6, sequence: 0, producerId: 2, transactional: true }))
    expect(state.firstUnstableOffset).toBe(5)
    expect(state.append(marker({ offset: 7, result: 'abort' }))).toEqual({
      producerId: 1,
      firstOffset: 5,
      lastOffset: 7,
      isAborted: true,
      lastStableOffset: 6,
    })
    expect(state.firstUnstableOffset).toBe(5)
    state.onHighWatermarkUpdated(7)
    expect(state.firstUnstableOffset).toBe(5)
    state.onHighWatermarkUpdated(8)
    expect(state.firstUnstableOffset).toBe(6)
    const ended = state.append(marker({ offset: 8, result: 'commit', producerId: 2 }))
    expect(ended).toMatchObject({ isAborted: false, lastStableOffset: 9 })
    state.onHighWatermarkUpdated(9)
    expect(state.firstUnstableOffset).toBe(undefined)
  })

  it('without records end without a trace in the index', () => {
    const state = new ProducerState({ endOffset: 0 })
    expect(state.append(marker({ offset: 0, result: 'abort' }))).toBe(undefined)
    expect(state.get(1)).toMatchObject({ producerEpoch: 0, coordinatorEpoch: 0 })
  })

  it('are not ended by an old coordinator or an old epoch', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, epoch: 3, transactional: true }))
    state.append(marker({ offset: 1, result: 'commit', epoch: 3, coordinatorEpoch: 7 }))
    const origin = { origin: 'coordinator' as const }
    expect(
      state.check(marker({ offset: 2, result: 'abort', epoch: 3, coordinatorEpoch: 6 }), origin),
    ).toEqual(refusal(ErrorCode.TRANSACTION_COORDINATOR_FENCED))
    expect(
      state.check(marker({ offset: 2, result: 'abort', epoch: 2, coordinatorEpoch: 7 }), origin),
    ).toEqual(refusal(ErrorCode.INVALID_PRODUCER_EPOCH))
    expect(state.check(marker({ offset: 2, result: 'abort', epoch: 3, coordinatorEpoch: 7 }), origin)).toBe(
      undefined,
    )
  })

  it('of version 2 are not ended by a marker that does not raise the epoch, unless it is repeated', () => {
    const state = new ProducerState({ endOffset: 0 })
    state.append(data({ offset: 0, sequence: 0, epoch: 3, transactional: true }))
    const origin = { origin: 'coordinator' as const, transactionVersion: 2 }
    const late = marker({ offset: 1, result: 'abort', epoch: 3 })
    expect(state.check(late, origin)).toEqual(refusal(ErrorCode.INVALID_PRODUCER_EPOCH))
    const right = marker({ offset: 1, result: 'abort', epoch: 4 })
    expect(state.check(right, origin)).toBe(undefined)
    state.append(right)
    expect(state.check(right, origin)).toBe(undefined)
  })

  it('need the guard of their own verification', () => {
    const state = new ProducerState({ endOffset: 0 })
    const first = { producerId: 1, producerEpoch: 0, baseSequence: 4, supportsEpochBump: false, nowMs: 0 }
    const guard = state.startVerification(first)
    expect(state.startVerification({ ...first, baseSequence: 2 })).toBe(guard)
    expect(state.isVerified(1, guard)).toBe(true)
    expect(state.isVerified(1, { producerId: 1 })).toBe(false)
    expect(state.isVerified(1, undefined)).toBe(false)
    expect(state.check(data({ offset: 0, sequence: 4, transactional: true }), client)).toEqual(
      refusal(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER),
    )
    const batch = data({ offset: 0, sequence: 2, transactional: true })
    expect(state.check(batch, client)).toBe(undefined)
    state.append(batch)
    expect(state.isVerified(1, guard)).toBe(false)
    expect(state.startVerification(first)).toBe(undefined)
  })
})

describe('a producer snapshot', () => {
  const entries = fc.array(
    fc.record({
      producerId: fc.nat(),
      producerEpoch: fc.integer({ min: 0, max: 0x7fff }),
      coordinatorEpoch: fc.integer({ min: -1, max: 1000 }),
      lastTimestamp: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
      currentTransactionFirstOffset: fc.option(fc.nat(), { nil: undefined }),
      lastSequence: fc.integer({ min: 0, max: 0x7fff_ffff }),
      lastOffset: fc.maxSafeNat(),
      hasBatch: fc.boolean(),
    }),
    { maxLength: 5 },
  )

  it('holds the last batch of every producer', () => {
    fc.assert(
      fc.property(entries, all => {
        const producers = all.map(({ lastSequence, lastOffset, hasBatch, ...entry }) => ({
          ...entry,
          batches: hasBatch
            ? [{ lastSequence, lastOffset, offsetDelta: 3, timestamp: entry.lastTimestamp }]
            : [],
        }))
        expect(decodeProducerSnapshot(encodeProducerSnapshot(producers, producers.length))).toEqual(producers)
      }),
    )
  })

  it('is refused when any byte is not as it was, and when it is cut', () => {
    const entry = {
      producerId: 5,
      producerEpoch: 1,
      coordinatorEpoch: 2,
      lastTimestamp: 3n,
      currentTransactionFirstOffset: undefined,
      batches: [],
    }
    const bytes = encodeProducerSnapshot([entry], 1)
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] as number) ^ 1
      expect(() => decodeProducerSnapshot(damaged)).toThrow(CorruptSnapshotError)
      expect(() => decodeProducerSnapshot(bytes.subarray(0, at))).toThrow(CorruptSnapshotError)
    }
  })

  it('is as Kafka writes it', () => {
    const entry = {
      producerId: 1,
      producerEpoch: 2,
      coordinatorEpoch: 3,
      lastTimestamp: 4n,
      currentTransactionFirstOffset: 5,
      batches: [{ lastSequence: 6, lastOffset: 7, offsetDelta: 8, timestamp: 4n }],
    }
    expect(encodeProducerSnapshot([entry], 1).toString('hex')).toBe(
      '0001' +
        '9f3af6fc' +
        '00000001' +
        '0000000000000001' +
        '0002' +
        '00000006' +
        '0000000000000007' +
        '00000008' +
        '0000000000000004' +
        '00000003' +
        '0000000000000005',
    )
  })
})

import fc from 'fast-check'

import type { NewRecord } from '../../../../src/protocol/records/record-batch-builder.ts'

const bytes = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined, freq: 4 })

const timestamp = fc.oneof(
  { weight: 5, arbitrary: fc.bigInt({ min: 1_789_999_990_000n, max: 1_790_000_010_000n }) },
  { weight: 1, arbitrary: fc.constant(-1n) },
  { weight: 1, arbitrary: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
)

const header = fc.record({ key: fc.uint8Array({ maxLength: 8 }), value: bytes })

/** Records with everything that may be missing or odd about them. */
const newRecord: fc.Arbitrary<Required<NewRecord>> = fc.record({
  key: bytes,
  value: bytes,
  headers: fc.array(header, { maxLength: 3 }),
  timestamp,
})

export const newRecords = fc.array(newRecord, { minLength: 1, maxLength: 12 })

import { crc32c as nativeCrc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { crc32c } from '../../../../src/protocol/records/crc32c.ts'

it.each([
  ['no bytes', '', 0x00000000],
  ['"123456789"', Buffer.from('123456789').toString('hex'), 0xe3069283],
  ['32 zeroes (RFC 3720)', '00'.repeat(32), 0x8a9136aa],
  ['32 ones (RFC 3720)', 'ff'.repeat(32), 0x62a8ab43],
])('the checksum of %s is the published one', (_, hex, expected) => {
  expect(crc32c(Buffer.from(hex, 'hex'))).toBe(expected)
})

it('short and long runs agree with the library, anywhere in a buffer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(600), fc.nat(600), (bytes, a, b) => {
      const start = Math.min(a, b, bytes.length)
      const end = Math.min(Math.max(a, b), bytes.length)
      expect(crc32c(bytes, start, end)).toBe(nativeCrc32c(bytes.subarray(start, end)))
    }),
  )
})

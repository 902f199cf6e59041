import { describe, expect, test } from 'vitest'
import { UserError, userMessage } from '../../../src/cli/user-error.ts'
import { ConfigError } from '../../../src/config/config-error.ts'
import { DiskError } from '../../../src/io/disk.ts'

const listenError = (code: string, address: string, port: number): Error =>
  Object.assign(new Error(`listen ${code}`), { code, address, port })

const diskError = (code: string): DiskError => new DiskError({ code, path: '/data/.lock', operation: 'open' })

describe('the line that a user gets for an error', () => {
  test.each([
    [new UserError('do this'), 'do this'],
    [new ConfigError('do that'), 'do that'],
    [listenError('EADDRINUSE', '127.0.0.1', 9092), 'port 9092 of 127.0.0.1 is in use by another process'],
    [listenError('EADDRNOTAVAIL', '10.1.2.3', 9092), 'this machine has no such address'],
    [listenError('EACCES', '0.0.0.0', 80), 'choose a port from 1024 on'],
    [diskError('ELOCKED'), '/data is held by another running broker'],
    [diskError('EACCES'), 'may not be used by this user'],
    [diskError('ENOSPC'), 'there is no space left'],
  ])('%s', (error, line) => {
    expect(userMessage(error)).toContain(line)
    expect(userMessage(error)).not.toContain('\n')
  })

  test.each([new Error('a fault of ours'), new TypeError('x is undefined'), diskError('EIO'), undefined])(
    'is none for what the user cannot put right: %s',
    error => {
      expect(userMessage(error)).toBeUndefined()
    },
  )
})

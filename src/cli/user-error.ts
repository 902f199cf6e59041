import { dirname } from 'node:path'
import { ConfigError } from '../config/config-error.ts'
import { DiskError } from '../io/disk.ts'
import { LogDirectoryError } from '../log/log-directory-error.ts'
import { MetaPropertiesError } from '../log/meta-properties.ts'

/** Something that the user can put right. The message is one line: what is wrong, why, and what to do. */
export class UserError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'UserError'
  }
}

interface SystemError extends Error {
  readonly code: string
  readonly address?: string
  readonly port?: number
}

const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error && typeof (error as Partial<SystemError>).code === 'string'

const address = ({ address: host = 'every address', port }: SystemError): string =>
  `port ${port ?? '?'} of ${host}`

/** Failures to listen. Node tells them by their code, with the address. */
const LISTEN_ADVICE: Readonly<Record<string, (error: SystemError) => string>> = {
  EADDRINUSE: error =>
    `${address(error)} is in use by another process: stop that one, or choose another port in listeners`,
  EADDRNOTAVAIL: error => `${address(error)}: this machine has no such address: correct listeners`,
  ENOTFOUND: error => `a host name in listeners is unknown (${error.message}): correct listeners`,
}

/** Failures of files and directories. */
const DISK_ADVICE: Readonly<Record<string, (path: string) => string>> = {
  ELOCKED: path =>
    `${dirname(path)} is held by another running broker: stop that one, or choose another directory in log.dirs`,
  EACCES: path =>
    `${path} may not be used by this user: change its owner, or choose another place in log.dirs`,
  EPERM: path =>
    `${path} may not be used by this user: change its owner, or choose another place in log.dirs`,
  EROFS: path => `${path} is on a file system that is read-only: choose another place in log.dirs`,
  ENOSPC: path => `there is no space left for ${path}: make room, or choose another place in log.dirs`,
  ENOTDIR: path => `${path} lies below something that is no directory: correct log.dirs`,
  EEXIST: path => `${path} is in the way, and is no directory: correct log.dirs`,
}

/** Errors whose messages are written for the user. */
const TOLD_AS_THEY_ARE = [UserError, ConfigError, LogDirectoryError, MetaPropertiesError] as const

/** The line for the user; `undefined` for a fault of the program, which needs its stack. */
export const userMessage = (error: unknown): string | undefined => {
  if (TOLD_AS_THEY_ARE.some(kind => error instanceof kind)) return (error as Error).message
  if (error instanceof DiskError) return DISK_ADVICE[error.code]?.(error.path)
  if (isSystemError(error)) {
    const inListen = LISTEN_ADVICE[error.code]
    if (inListen) return inListen(error)
    if (error.code === 'EACCES' && error.port !== undefined) {
      return `${address(error)} may not be used by this user: choose a port from 1024 on in listeners`
    }
  }
  return undefined
}

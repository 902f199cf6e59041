import { existsSync } from 'node:fs'
import { runProcess } from '../../harness/process.ts'
import { hasTool } from '../../harness/require-tool.ts'

const INSTALL_TIMEOUT_MS = 300_000

/**
 * Installs Debian's package of kcat where it is missing and this process may: as root, with apt. Elsewhere it does
 * nothing, and the suite that needs kcat says that it is missing.
 */
export const installKcat = async (): Promise<void> => {
  if (hasTool('kcat') || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: INSTALL_TIMEOUT_MS }
  await runProcess('apt-get', ['update', '-qq'], options)
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'kcat']
  const { code, stdout, stderr } = await runProcess('apt-get', install, options)
  if (code !== 0) {
    process.stderr.write(
      `kcat could not be installed; install the package kcat by hand.\n${stdout}${stderr}\n`,
    )
  }
}

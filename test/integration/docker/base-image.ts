import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { projectFolder } from '../../harness/broker.ts'
import { cachedFolder } from '../../harness/maven.ts'
import { runProcess, runProcessOrThrow } from '../../harness/process.ts'
import type { DockerEngine } from './docker-engine.ts'

export const BASE_IMAGE = 'ottla-test-base'
const SUITE = 'bookworm'
const EXTRA_CERTIFICATES = '/etc/ssl/certs/of-the-test-machine.pem'

/** The Node.js that the tests run on, which is the one that the image ships. */
const copyNode = async (root: string): Promise<void> => {
  copyFileSync(process.execPath, join(root, 'usr/local/bin/node'))
  const modules = (await runProcessOrThrow('npm', ['root', '--global'], { cwd: projectFolder })).trim()
  const target = join(root, 'usr/local/lib/node_modules')
  mkdirSync(target, { recursive: true })
  cpSync(join(modules, 'npm'), join(target, 'npm'), { recursive: true })
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'))
}

/** Debian's smallest system, from its packages, as an archive. Made once: it takes a minute. */
const systemArchive = async (): Promise<string> => {
  const folder = await cachedFolder(`debian-${SUITE}-node-${process.version}`, async unfinished => {
    const root = join(unfinished, 'root')
    await runProcessOrThrow('debootstrap', ['--variant=minbase', SUITE, root], { timeoutMs: 900_000 })
    await copyNode(root)
    rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
    await runProcessOrThrow('tar', ['-C', root, '-cf', join(unfinished, 'system.tar'), '.'])
    rmSync(root, { recursive: true, force: true })
  })
  return join(folder, 'system.tar')
}

/**
 * Makes an image that stands in for `node:24-slim`, since a machine that tests may have no registry of images. Where the
 * machine reaches the registry of packages by certificates of its own, they are put into this image alone.
 */
export const importBaseImage = async (engine: DockerEngine): Promise<void> => {
  const archive = await systemArchive()
  const { NODE_EXTRA_CA_CERTS: certificates } = process.env
  const changes = ['--change', 'CMD ["node"]']
  if (!certificates || !existsSync(certificates)) {
    await engine.docker(['import', ...changes, archive, BASE_IMAGE], { timeoutMs: 300_000 })
    return
  }
  changes.push('--change', `ENV NODE_EXTRA_CA_CERTS=${EXTRA_CERTIFICATES}`)
  const script = [
    'set -e',
    'cp "$ARCHIVE" "$COPY"',
    'mkdir -p "$FOLDER$(dirname "$INSIDE")"',
    'cp "$CERTIFICATES" "$FOLDER$INSIDE"',
    'tar -C "$FOLDER" --owner=0 --group=0 -rf "$COPY" ".$INSIDE"',
  ].join('\n')
  const folder = join(dirname(archive), `certificates-${process.pid}`)
  const copy = join(folder, 'system.tar')
  mkdirSync(join(folder, 'files'), { recursive: true })
  try {
    const { code, stderr } = await runProcess('sh', ['-c', script], {
      env: {
        ARCHIVE: archive,
        COPY: copy,
        FOLDER: join(folder, 'files'),
        INSIDE: EXTRA_CERTIFICATES,
        CERTIFICATES: certificates,
      },
    })
    if (code !== 0) throw new Error(`the certificates could not be added: ${stderr}`)
    await engine.docker(['import', ...changes, copy, BASE_IMAGE], { timeoutMs: 300_000 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withProcessLock } from '../../src/platform/embedded-redis/process-lock.ts'
import { ROOT } from './documents.ts'

/** The client as it would be published. */
export interface PackedClient {
  /** Path of the tarball. */
  readonly tarball: string
  /** Paths in it. */
  readonly files: readonly string[]
}

/** Packs the client into a folder. It is built for that, where another test process might pack what is half written. */
export async function packClient(folder: string): Promise<PackedClient> {
  const args = ['pack', '--workspace', 'client', '--json', '--pack-destination', folder]
  const { stdout } = await withProcessLock(join(ROOT, '.splitrun/client.packing'), () =>
    promisify(execFile)('npm', args, { cwd: ROOT }),
  )
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('[')))
  return { tarball: join(folder, filename), files: files.map(({ path }: { path: string }) => path) }
}

import { randomUUID } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileHome } from './file-home.ts'
import { filesUnavailable } from './files-unavailable.ts'

export interface FileProbeOptions {
  readonly folder: string
  readonly home: FileHome
  /** Bytes that have to be free. */
  readonly free: number
  readonly cacheMs: number
}

/** As much as a block of a disk. */
const SAMPLE = Buffer.alloc(4096, 1)

/**
 * Tells whether files could be stored, before the first one is: writes a small one, and removes it. Asked often, it looks
 * once in a while.
 * @throws {ApiError} FILES_UNAVAILABLE
 */
export function createFileProbe({ folder, home, free, cacheMs }: FileProbeOptions): () => Promise<void> {
  let latest = Promise.resolve()
  let looked = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    await home.verify()
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${randomUUID()}.partial`)
      await writeFile(path, SAMPLE, { mode: 0o600 }).finally(() => rm(path, { force: true }))
      const { bavail, bsize } = await statfs(folder)
      if (bavail * bsize < free) throw new Error(`the disk of ${folder} has ${bavail * bsize} bytes left`)
    } catch (error) {
      throw filesUnavailable(error)
    }
  }

  return () => {
    if (performance.now() < looked + cacheMs) return latest
    looked = performance.now()
    latest = look()
    return latest
  }
}

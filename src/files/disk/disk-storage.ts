import { randomUUID } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileStorage } from '../file-storage.ts'
import { filesUnavailable } from '../files-unavailable.ts'
import { createDiskFileStore } from './disk-file-store.ts'
import { createDiskMarker } from './disk-marker.ts'

/** As much as a block of a disk. */
const SAMPLE = Buffer.alloc(4096, 1)

/**
 * Files in a folder.
 * @param free bytes that have to be free for it to be writable
 */
export function openDiskStorage(folder: string, free: number): FileStorage {
  return {
    files: createDiskFileStore(folder),
    marker: createDiskMarker(folder),
    name: folder,
    trustMs: 0,
    async probe() {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const path = join(folder, `${randomUUID()}.partial`)
        await writeFile(path, SAMPLE, { mode: 0o600 }).finally(() => rm(path, { force: true }))
        const { bavail, bsize } = await statfs(folder)
        if (bavail * bsize < free) throw new Error(`the disk of ${folder} has ${bavail * bsize} bytes left`)
      } catch (error) {
        throw filesUnavailable(error)
      }
    },
    close: async () => {},
  }
}

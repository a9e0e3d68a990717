import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** Where the files of runs are kept. Names are made by us: `<uuid>.<extension>`. */
export interface FileStore {
  /** Writes a file whole or not at all. */
  put(name: string, data: Buffer): Promise<void>
  /** Null when there is no such file, or no file could have that name. */
  open(name: string): Promise<{ stream: Readable; size: number } | null>
  read(name: string): Promise<Buffer | null>
  remove(name: string): Promise<void>
}

const NAME = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z0-9]{1,8}$/

/** Media types by the extension that a stored file bears. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
}

export function mediaTypeOf(name: string): string {
  return MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

/** Files in a folder of this machine (or one that every machine mounts), spread over 256 subfolders. */
export function createLocalFileStore(folder: string): FileStore {
  /** The name is checked before any path is made of it, so no name leads outside. The last digits are the random ones. */
  function pathOf(name: string): { folder: string; file: string } | null {
    if (!NAME.test(name)) return null
    const inner = join(folder, name.slice(34, 36))
    return { folder: inner, file: join(inner, name) }
  }
  const absent = (error: NodeJS.ErrnoException): null => {
    if (error.code === 'ENOENT') return null
    throw error
  }

  return {
    async put(name, data) {
      const path = pathOf(name)
      if (!path) throw new Error('not a name of a stored file')
      await mkdir(path.folder, { recursive: true, mode: 0o700 })
      await writeFile(`${path.file}.partial`, data, { mode: 0o600 })
      await rename(`${path.file}.partial`, path.file)
    },
    async open(name) {
      const path = pathOf(name)
      const found = path && (await stat(path.file).catch(absent))
      return found ? { stream: createReadStream(path.file), size: found.size } : null
    },
    async read(name) {
      const path = pathOf(name)
      return path && (await readFile(path.file).catch(absent))
    },
    async remove(name) {
      const path = pathOf(name)
      if (path) await rm(path.file, { force: true })
    },
  }
}

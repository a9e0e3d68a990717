import { randomUUID } from 'node:crypto'
import { mkdir, open, opendir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

/** Where the files of runs are kept. Names are made by us: `<uuid>.<extension>`, in lower case. */
export interface FileStore {
  /** Writes a file whole or not at all; one of that name is replaced. */
  put(name: string, data: Buffer): Promise<void>
  /**
   * Null when there is no such file, or no file could have that name. The stream gives exactly `size` bytes,
   * even of a file that is removed meanwhile; read it or destroy it, since it holds the file open.
   */
  open(name: string): Promise<{ stream: Readable; size: number } | null>
  /** The whole file, or null as for `open`. */
  read(name: string): Promise<Buffer | null>
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>
  /** Every file, in no order, for a janitor: files left half-written by a process that died are among them. */
  list(): AsyncIterable<{ name: string; modifiedMs: number }>
}

const NAME = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[a-z0-9]{1,8}$/

/** Media types by the extension that a stored file bears. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
}

/** What a stored file is, by its extension, which the store's writer chose by the file's bytes. */
export function mediaTypeOf(name: string): string {
  return MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

/** Files in a folder of this machine (or one that every machine mounts), spread over 256 subfolders. */
export function createLocalFileStore(folder: string): FileStore {
  /** An id begins with its time and ends with random digits: only the end spreads files evenly. */
  function place(name: string): { folder: string; file: string } {
    const inner = join(folder, name.slice(34, 36))
    return { folder: inner, file: join(inner, name) }
  }
  /** The name is checked before any path is made of it, so no name leads outside. */
  const pathOf = (name: string) => (NAME.test(name) ? place(name) : null)

  return {
    async put(name, data) {
      const path = pathOf(name)
      if (!path) throw new Error('not a name of a stored file')
      // Named like any file, so that `list` shows what a killed process leaves of it.
      const partial = place(`${randomUUID()}.partial`)
      for (const each of [path, partial]) await mkdir(each.folder, { recursive: true, mode: 0o700 })
      try {
        await writeFile(partial.file, data, { mode: 0o600 })
        await rename(partial.file, path.file)
      } catch (error) {
        await rm(partial.file, { force: true })
        throw error
      }
    },
    async open(name) {
      const path = pathOf(name)
      const file = path && (await open(path.file).catch(absent))
      if (!file) return null
      const { size } = await file.stat()
      return { stream: file.createReadStream(), size }
    },
    async read(name) {
      const path = pathOf(name)
      return path && (await readFile(path.file).catch(absent))
    },
    async remove(name) {
      const path = pathOf(name)
      if (path) await rm(path.file, { force: true })
    },
    async *list() {
      const folders = (await opendir(folder).catch(absent)) ?? []
      for await (const inner of folders) {
        if (!/^[0-9a-f]{2}$/.test(inner.name)) continue
        for await (const { name } of await opendir(join(folder, inner.name))) {
          const path = pathOf(name)
          const found = path && (await stat(path.file).catch(absent))
          if (found) yield { name, modifiedMs: found.mtimeMs }
        }
      }
    },
  }
}

/** What is not there is null and no failure. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw error
}

import { randomUUID } from 'node:crypto'
import { mkdir, open, opendir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { DOCUMENTS, RECORDINGS } from './document/document-format.ts'
import { filesUnavailable } from './files-unavailable.ts'
import { SOUNDS } from './sound-format.ts'

/**
 * Where the files of runs are kept, each beside the others of its run. Names are made by us: `<uuid>.<extension>`.
 * What the disk or the process is at fault for (full, read-only, not mounted, no descriptors) is an ApiError,
 * FILES_UNAVAILABLE.
 */
export interface FileStore {
  /** Writes a file whole or not at all; one of that name is replaced. */
  put(run: string, name: string, data: Buffer): Promise<void>
  /**
   * Null when there is no such file, or no file could have that name. The stream gives exactly `size` bytes,
   * even of a file that is removed meanwhile; read it or destroy it, since it holds the file open.
   * @param range the bytes from `start` to `end`, both included, which the file must have; null for all
   */
  open(
    run: string,
    name: string,
    range?: { start: number; end: number } | null,
  ): Promise<{ stream: Readable; size: number } | null>
  /** In bytes; null as for `open`. */
  size(run: string, name: string): Promise<number | null>
  /** The whole file, or null as for `open`. */
  read(run: string, name: string): Promise<Buffer | null>
  /** Removes all files of a run; those that are not there are no error. */
  removeRun(run: string): Promise<void>
  /**
   * Every run of a part that has files, in no order, for a janitor; also one whose files a process that died left
   * half-written. All runs fall evenly into `FILE_PARTS` parts, from 0 on, so that nobody has to list them at once.
   */
  runs(part: number): AsyncIterable<{ run: string; modifiedMs: number }>
}

export const FILE_PARTS = 256

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const RUN = new RegExp(`^${UUID}$`)
const NAME = new RegExp(`^${UUID}\\.[a-z0-9]{1,8}$`)

/** Media types by the extension that a stored file bears. */
export const MEDIA_TYPES: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  ...SOUNDS,
  ...Object.fromEntries(
    Object.entries({ ...DOCUMENTS, ...RECORDINGS }).map(([extension, { mediaType }]) => [
      extension,
      mediaType,
    ]),
  ),
}

/** What a stored file is, by its extension, which the store's writer chose by the file's bytes. */
export function mediaTypeOf(name: string): string {
  return MEDIA_TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
}

/** Files in a folder of this machine (or one that every machine mounts): a folder per run, spread over 256 others. */
export function createLocalFileStore(folder: string): FileStore {
  /** An id begins with its time and ends with its shard: only what stands before that spreads runs evenly. */
  const folderOf = (run: string): string | null =>
    RUN.test(run) ? join(folder, run.slice(32, 34), run) : null
  /** The names are checked before any path is made of them, so none leads outside. */
  function pathOf(run: string, name: string): string | null {
    const inner = folderOf(run)
    return inner && NAME.test(name) ? join(inner, name) : null
  }

  return {
    async put(run, name, data) {
      const path = pathOf(run, name)
      if (!path) throw new Error('not a name of a stored file')
      const partial = join(dirname(path), `${randomUUID()}.partial`)
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeFile(partial, data, { mode: 0o600 })
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {})
        throw filesUnavailable(error)
      }
    },
    async open(run, name, range = null) {
      const path = pathOf(run, name)
      const file = path && (await open(path).catch(absent))
      if (!file) return null
      if (range) return { stream: file.createReadStream(range), size: range.end - range.start + 1 }
      const { size } = await file.stat()
      return { stream: file.createReadStream(), size }
    },
    async size(run, name) {
      const path = pathOf(run, name)
      const found = path && (await stat(path).catch(absent))
      return found ? found.size : null
    },
    async read(run, name) {
      const path = pathOf(run, name)
      return path ? readFile(path).catch(absent) : null
    },
    async removeRun(run) {
      const inner = folderOf(run)
      if (inner) await rm(inner, { recursive: true, force: true }).catch(absent)
    },
    async *runs(part) {
      const spread = join(folder, part.toString(16).padStart(2, '0'))
      for await (const { name: run } of (await opendir(spread).catch(absent)) ?? []) {
        const inner = folderOf(run)
        const found = inner && (await stat(inner).catch(absent))
        if (found) yield { run, modifiedMs: found.mtimeMs }
      }
    },
  }
}

/** What is not there is null and no failure; all else is this machine's. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw filesUnavailable(error)
}

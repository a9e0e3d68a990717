import { randomUUID } from 'node:crypto'
import { mkdir, open, opendir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type FileStore, isFilePlace, isRunId, nameOfPart, partOf } from '../file-store.ts'
import { filesUnavailable } from '../files-unavailable.ts'

/** Of a file that is being written. */
const PARTIAL = '.partial'

/** Files in a folder of this machine (or one that every machine mounts): a folder per run, spread over 256 others. */
export function createDiskFileStore(folder: string): FileStore {
  const folderOf = (run: string): string | null => (isRunId(run) ? join(folder, partOf(run), run) : null)
  const pathOf = (run: string, name: string): string | null =>
    isFilePlace(run, name) ? join(folder, partOf(run), run, name) : null

  async function* runs(part: number) {
    for await (const { name: run } of (await opendir(join(folder, nameOfPart(part))).catch(absent)) ?? []) {
      const inner = folderOf(run)
      const found = inner && (await stat(inner).catch(absent))
      if (found) yield { run, modifiedMs: found.mtimeMs }
    }
  }
  async function size(run: string, name: string): Promise<number | null> {
    const path = pathOf(run, name)
    const found = path && (await stat(path).catch(absent))
    return found ? found.size : null
  }

  return {
    runs,
    size,
    async put(run, name, data) {
      const path = pathOf(run, name)
      if (!path) throw new Error('not a name of a stored file')
      const partial = join(dirname(path), `${randomUUID()}${PARTIAL}`)
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await writeFile(partial, data, { mode: 0o600 })
        await rename(partial, path)
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {})
        throw filesUnavailable(error)
      }
    },
    async open(run, name, _reader, range = null) {
      const path = pathOf(run, name)
      const file = path && (await open(path).catch(absent))
      if (!file) return null
      if (range) return { stream: file.createReadStream(range), size: range.end - range.start + 1 }
      const { size: all } = await file.stat()
      return { stream: file.createReadStream(), size: all }
    },
    async read(run, name) {
      const path = pathOf(run, name)
      return path ? readFile(path).catch(absent) : null
    },
    async removeRun(run) {
      const inner = folderOf(run)
      if (inner) await rm(inner, { recursive: true, force: true }).catch(absent)
    },
    async *list(part) {
      for await (const { run } of runs(part)) {
        for (const name of (await readdir(folderOf(run) ?? '').catch(absent)) ?? []) {
          const found = name.endsWith(PARTIAL) ? null : await size(run, name)
          if (found !== null) yield { run, name, size: found }
        }
      }
    },
    link: async () => null,
  }
}

/** What is not there is null and no failure; all else is this machine's. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null
  throw filesUnavailable(error)
}

import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openDiskStorage } from '../../../src/files/disk/disk-storage.ts'
import type { FileStorage } from '../../../src/files/file-storage.ts'
import type { Cleanup } from '../system.ts'
import { newPrefix, type ObjectStorage, openAt, openObjects, targetOf } from './object-storage.ts'

/** Places for files, by names of a test's own, of one kind of storage. */
export interface Places {
  /** The storage at a place, as one more process opens it. */
  open(name: string): FileStorage
  /** Everything that is there, whoever put it, by its path from the place. */
  all(name: string): Promise<string[]>
  /** Puts something there, past the storage. */
  plant(name: string, path: string, text: string): Promise<void>
  /** What was at one place is at another one, which had nothing. */
  move(from: string, to: string): Promise<void>
}

export type MakePlaces = (t: Cleanup) => Promise<Places>

export async function placesOnDisk(t: Cleanup): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'splitrun-test-'))
  t.after(() => rm(root, { recursive: true }))
  const at = (name: string) => join(root, name)
  return {
    open: (name) => openDiskStorage(at(name), 0),
    async all(name) {
      const entries = await readdir(at(name), { recursive: true, withFileTypes: true }).catch(() => [])
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(at(name).length + 1))
    },
    async plant(name, path, text) {
      await mkdir(dirname(join(at(name), path)), { recursive: true })
      await writeFile(join(at(name), path), text)
    },
    move: (from, to) => rename(at(from), at(to)),
  }
}

export const placesIn =
  (storage: () => ObjectStorage): MakePlaces =>
  async (t) => {
    const root = newPrefix()
    const target = (name: string) => targetOf(storage(), name === '' ? `${root}/` : `${root}/${name}/`)
    const objects = (name: string) => openObjects(t, target(name))
    const all = (name: string) => Array.fromAsync(objects(name).list(''), ({ key }) => key)
    return {
      open: (name) => openAt(t, target(name)),
      all,
      plant: async (name, path, text) => void (await objects(name).put(path, Buffer.from(text), {})),
      async move(from, to) {
        const [here, there] = [objects(from), objects(to)]
        for (const key of await all(from)) {
          const found = await here.get(key)
          await there.put(key, found?.data ?? Buffer.alloc(0), {
            'x-amz-meta-sha256': String(found?.headers['x-amz-meta-sha256'] ?? ''),
          })
          await here.remove(key)
        }
      },
    }
  }

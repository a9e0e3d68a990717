import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type HomeMarker, MARKER_NAME, type MarkerStore, parseMarker } from '../home-marker.ts'

export function createDiskMarker(folder: string): MarkerStore {
  return {
    async read() {
      try {
        return parseMarker(await readFile(join(folder, MARKER_NAME), 'utf8'))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
        throw error
      }
    },
    async create(content) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeApart(folder, content, async (partial, path) => {
        await link(partial, path).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error
        })
        await rm(partial, { force: true })
      })
    },
    async replace(content) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeApart(folder, content, rename)
    },
    async hasFiles() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
        return []
      })
      return names.some((name) => /^[0-9a-f]{2}$/.test(name))
    },
  }
}

/** Nobody ever sees half of it. */
async function writeApart(
  folder: string,
  content: HomeMarker,
  put: (partial: string, path: string) => Promise<void>,
): Promise<void> {
  const partial = join(folder, `${randomUUID()}.partial`)
  try {
    await writeFile(partial, JSON.stringify(content), { mode: 0o600 })
    await put(partial, join(folder, MARKER_NAME))
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {})
    throw error
  }
}

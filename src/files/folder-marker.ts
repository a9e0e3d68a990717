import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** A file in the folder of files says whose it is. */
const NAME = 'installation.json'

const marker = z.object({
  /** Of this folder, wherever it is mounted. */
  folder: z.string().min(1),
  /** By shard: the id of the Redis whose runs have files here. */
  shards: z.record(z.string(), z.string()),
})

export type FolderMarker = z.output<typeof marker>

/** Null when there is none. @throws for one that cannot be read, whatever the reason */
export async function readMarker(folder: string): Promise<FolderMarker | null> {
  try {
    return marker.parse(JSON.parse(await readFile(join(folder, NAME), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Makes the marker of a folder that has none. Of several processes that do, one has its way. */
export async function createMarker(folder: string, content: FolderMarker): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeApart(folder, content, async (partial, path) => {
    await link(partial, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
    await rm(partial, { force: true })
  })
}

export async function replaceMarker(folder: string, content: FolderMarker): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeApart(folder, content, rename)
}

/** Whether a folder without a marker has files of runs: it is older than markers are. */
export async function hasFiles(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return []
  })
  return names.some((name) => /^[0-9a-f]{2}$/.test(name))
}

/** Nobody ever sees half of it. */
async function writeApart(
  folder: string,
  content: FolderMarker,
  put: (partial: string, path: string) => Promise<void>,
): Promise<void> {
  const partial = join(folder, `${randomUUID()}.partial`)
  try {
    await writeFile(partial, JSON.stringify(content), { mode: 0o600 })
    await put(partial, join(folder, NAME))
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {})
    throw error
  }
}

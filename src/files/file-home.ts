import { z } from 'zod'
import { newId, shardOf } from '../platform/ids.ts'
import type { FileHomeStore } from './file-home-store.ts'
import { filesUnavailable } from './files-unavailable.ts'
import { createMarker, type FolderMarker, hasFiles, readMarker, replaceMarker } from './folder-marker.ts'

export interface FileHomeOptions {
  readonly store: FileHomeStore
  readonly folder: string
  readonly shards: number
  /** How long a folder is remembered after the last upload: longer than any run and its files are kept. */
  readonly rememberMs: number
}

export type FileHome = ReturnType<typeof createFileHome>

/** Redis is asked again when so much time has passed, in ms; the folder is looked at each time. */
const CLAIM_EVERY_MS = 10_000
/** Stands for a Redis that is not known: that of a folder older than markers are. */
const UNKNOWN = 'unknown'

/**
 * Whether folder and Redis belong together: a folder that is not mounted looks like an empty one, and a Redis that lost
 * its data like one without runs.
 *
 * Redis remembers the folder that files are put into, by an id that is in it: no process may put files into another
 * folder, or look for them there. The folder remembers the shards of the Redis whose runs its files are: the janitor
 * removes nothing for any other.
 */
export function createFileHome({ store, folder, shards, rememberMs }: FileHomeOptions) {
  let claimed = { folder: '', at: Number.NEGATIVE_INFINITY }

  async function mark(): Promise<FolderMarker> {
    const found = await readMarker(folder)
    if (found) return found
    if (await store.folder()) throw WRONG_FOLDER()
    const older = await hasFiles(folder)
    const known = Array.from({ length: older ? shards : 0 }, (_, shard) => [String(shard), UNKNOWN])
    await createMarker(folder, { folder: newId(), shards: Object.fromEntries(known) })
    const made = await readMarker(folder)
    if (!made) throw WRONG_FOLDER()
    return made
  }

  /** What is not known of a shard is added; what is known stays, though it be of another Redis. */
  async function addShards(marker: FolderMarker, known: Readonly<Record<string, string>>): Promise<void> {
    const ids: Record<string, string> = {}
    for (let shard = 0; shard < shards; shard += 1) ids[shard] = await store.keepShardId(shard)
    const merged = { ...ids, ...known }
    const missing = Object.keys(merged).some((shard) => merged[shard] !== marker.shards[shard])
    if (missing) await replaceMarker(folder, { ...marker, shards: merged })
  }

  return {
    /**
     * Called before files are put: the folder is the one for them, from now on if there was none.
     * @throws {ApiError} FILES_UNAVAILABLE when files are in another folder, or nothing can be written
     */
    async claim(): Promise<void> {
      const recent = performance.now() < claimed.at + CLAIM_EVERY_MS
      if (recent && (await readMarker(folder).catch(translate))?.folder === claimed.folder) return
      const marker = await mark().catch(translate)
      if ((await store.claimFolder(marker.folder, rememberMs)) !== marker.folder) throw WRONG_FOLDER()
      await addShards(marker, marker.shards).catch(translate)
      claimed = { folder: marker.folder, at: performance.now() }
    },

    /** @throws {ApiError} FILES_UNAVAILABLE when the files are known to be in another folder */
    async verify(): Promise<void> {
      const wanted = await store.folder()
      if (wanted === null) return
      const marker = await readMarker(folder).catch(translate)
      if (marker?.folder !== wanted) throw WRONG_FOLDER()
    },

    /**
     * Of these runs, of which Redis knows nothing, those whose files may be removed: their shard is the one that the folder
     * knows. To be asked after Redis was asked for the runs: had it lost them meanwhile, it shows here.
     */
    async removable(runs: readonly string[]): Promise<string[]> {
      const marker = await readMarker(folder)
      const allowed = new Set<number>()
      for (const shard of new Set(runs.map(shardOf))) {
        const id = await store.shardId(shard)
        if (id !== null && id === marker?.shards[shard]) allowed.add(shard)
      }
      return runs.filter((run) => allowed.has(shardOf(run)))
    },

    /** True when nothing may be removed for a shard that has files here: the folder is another Redis's, or older than markers. */
    async isForeign(): Promise<boolean> {
      const marker = await readMarker(folder)
      if (!marker) return hasFiles(folder)
      for (let shard = 0; shard < shards; shard += 1) {
        const known = marker.shards[shard]
        if (known !== undefined && known !== (await store.shardId(shard))) return true
      }
      return false
    },

    /** Has folder and Redis belong together, whatever either knew. For a person who knows that they do. */
    async adopt(): Promise<void> {
      const marker = (await readMarker(folder)) ?? { folder: newId(), shards: {} }
      await store.setFolder(marker.folder, rememberMs)
      await addShards(marker, {})
    },
  }
}

const WRONG_FOLDER = () =>
  filesUnavailable(
    new Error(
      'the folder of files is not the one that Redis names: is it mounted? See `splitrun adopt-files`',
    ),
    'The files of this installation are not where they should be.',
  )

/** Redis has its own words for being away; all else is the folder's doing. */
function translate(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code
  const unreadable = error instanceof SyntaxError || error instanceof z.ZodError
  throw code === undefined && !unreadable ? error : filesUnavailable(error)
}

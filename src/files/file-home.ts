import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { newId, shardOf } from '../platform/ids.ts'
import type { FileHomeStore } from './file-home-store.ts'
import type { FileStorage } from './file-storage.ts'
import { filesUnavailable } from './files-unavailable.ts'
import type { HomeMarker } from './home-marker.ts'

export interface FileHomeOptions {
  readonly store: FileHomeStore
  readonly storage: Pick<FileStorage, 'marker' | 'trustMs'>
  readonly shards: number
  /** How long a folder is remembered after the last upload: longer than any run and its files are kept. */
  readonly rememberMs: number
}

export type FileHome = ReturnType<typeof createFileHome>

/** Redis is asked again when so much time has passed, in ms; a folder is looked at each time. */
const CLAIM_EVERY_MS = 10_000
/** How long a process may take to make a marker before another one tries, and how often the others look for it, in ms. */
const MAKING_MS = 10_000
const LOOK_EVERY_MS = 50
/** Stands for a Redis that is not known: that of a folder older than markers are. */
const UNKNOWN = 'unknown'

/**
 * Whether files and Redis belong together: a folder that is not mounted looks like an empty one, and so does another
 * bucket; and a Redis that lost its data like one without runs. (A folder is said here, also where it is a bucket.)
 *
 * Redis remembers the folder that files are put into, by an id that is in it: no process may put files into another
 * folder, or look for them there. The folder remembers the shards of the Redis whose runs its files are: the janitor
 * removes nothing for any other.
 */
export function createFileHome({ store, storage, shards, rememberMs }: FileHomeOptions) {
  const { marker: markers, trustMs } = storage
  let claimed = { folder: '', at: Number.NEGATIVE_INFINITY }
  let verified = { folder: '', at: Number.NEGATIVE_INFINITY }

  /** Only one process makes it: not every storage makes a file only where there is none. */
  async function mark(): Promise<HomeMarker> {
    for (;;) {
      const found = await markers.read()
      if (found) return found
      if (await store.folder()) throw WRONG_FOLDER()
      if (await store.mayMake(MAKING_MS)) break
      await pause(LOOK_EVERY_MS)
    }
    // Another one may have made it since it was looked for.
    if (!(await markers.read())) {
      const older = await markers.hasFiles()
      const known = Array.from({ length: older ? shards : 0 }, (_, shard) => [String(shard), UNKNOWN])
      await markers.create({ folder: newId(), shards: Object.fromEntries(known) })
    }
    await store.hasMade()
    const made = await markers.read()
    if (!made) throw WRONG_FOLDER()
    return made
  }

  /** What is not known of a shard is added; what is known stays, though it be of another Redis. */
  async function addShards(marker: HomeMarker, known: Readonly<Record<string, string>>): Promise<void> {
    const ids: Record<string, string> = {}
    for (let shard = 0; shard < shards; shard += 1) ids[shard] = await store.keepShardId(shard)
    const merged = { ...ids, ...known }
    const missing = Object.keys(merged).some((shard) => merged[shard] !== marker.shards[shard])
    if (missing) await markers.replace({ ...marker, shards: merged })
  }

  return {
    /**
     * Called before files are put: the folder is the one for them, from now on if there was none.
     * @throws {ApiError} FILES_UNAVAILABLE when files are in another folder, or nothing can be written
     */
    async claim(): Promise<void> {
      const sinceClaim = performance.now() - claimed.at
      if (sinceClaim < Math.min(trustMs, CLAIM_EVERY_MS)) return
      const recent = sinceClaim < CLAIM_EVERY_MS
      if (recent && (await markers.read().catch(translate))?.folder === claimed.folder) return
      const marker = await mark().catch(translate)
      if ((await store.claimFolder(marker.folder, rememberMs)) !== marker.folder) throw WRONG_FOLDER()
      await addShards(marker, marker.shards).catch(translate)
      claimed = { folder: marker.folder, at: performance.now() }
    },

    /** @throws {ApiError} FILES_UNAVAILABLE when the files are known to be in another folder */
    async verify(): Promise<void> {
      const wanted = await store.folder()
      if (wanted === null) return
      if (verified.folder === wanted && performance.now() - verified.at < trustMs) return
      const marker = await markers.read().catch(translate)
      if (marker?.folder !== wanted) throw WRONG_FOLDER()
      verified = { folder: wanted, at: performance.now() }
    },

    /**
     * Of these runs, of which Redis knows nothing, those whose files may be removed: their shard is the one that the folder
     * knows. To be asked after Redis was asked for the runs: had it lost them meanwhile, it shows here.
     */
    async removable(runs: readonly string[]): Promise<string[]> {
      const marker = await markers.read()
      const allowed = new Set<number>()
      for (const shard of new Set(runs.map(shardOf))) {
        const id = await store.shardId(shard)
        if (id !== null && id === marker?.shards[shard]) allowed.add(shard)
      }
      return runs.filter((run) => allowed.has(shardOf(run)))
    },

    /** True when nothing may be removed for a shard that has files here: the folder is another Redis's, or older than markers. */
    async isForeign(): Promise<boolean> {
      const marker = await markers.read()
      if (!marker) return markers.hasFiles()
      for (let shard = 0; shard < shards; shard += 1) {
        const known = marker.shards[shard]
        if (known !== undefined && known !== (await store.shardId(shard))) return true
      }
      return false
    },

    /** Has folder and Redis belong together, whatever either knew. For a person who knows that they do. */
    async adopt(): Promise<void> {
      const marker = (await markers.read()) ?? { folder: newId(), shards: {} }
      await store.setFolder(marker.folder, rememberMs)
      await addShards(marker, {})
    },
  }
}

const WRONG_FOLDER = () =>
  filesUnavailable(
    new Error(
      'the files are not where Redis says: is their folder mounted, or the bucket the right one? See `splitrun adopt-files`',
    ),
    'The files of this installation are not where they should be.',
  )

/** Redis has its own words for being away; all else is the folder's doing. */
function translate(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code
  const unreadable = error instanceof SyntaxError || error instanceof z.ZodError
  throw code === undefined && !unreadable ? error : filesUnavailable(error)
}

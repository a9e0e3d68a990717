import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { shardTag } from '../platform/redis/shard-tag.ts'

/** The id of the folder, or bucket, that the files of all runs are in. */
const FOLDER = 'files-folder'
/** There while a process makes the marker of a new home. */
const MAKING = 'files-folder:making'
/** An id of each shard: a shard that lost its runs has lost it with them. */
const idKey = (shard: number): string => `${shardTag(shard)}:installation`

export type FileHomeStore = ReturnType<typeof createFileHomeStore>

/** What Redis knows of the home of files. */
export function createFileHomeStore(redis: Redis) {
  return {
    folder: (): Promise<string | null> => redis.get(FOLDER),

    /** Says that the files are in this folder, for so long; unless they are in another. Returns where they are. */
    async claimFolder(folder: string, forMs: number): Promise<string | null> {
      await redis.set(FOLDER, folder, 'PX', Math.ceil(forMs), 'NX')
      const current = await redis.get(FOLDER)
      if (current === folder) await redis.pexpire(FOLDER, Math.ceil(forMs))
      return current
    },

    /** True for one process of all that ask, until it says that it has made it, or so long has passed. */
    async mayMake(forMs: number): Promise<boolean> {
      return (await redis.set(MAKING, '1', 'PX', Math.ceil(forMs), 'NX')) !== null
    },

    async hasMade(): Promise<void> {
      await redis.del(MAKING)
    },

    async setFolder(folder: string, forMs: number): Promise<void> {
      await redis.set(FOLDER, folder, 'PX', Math.ceil(forMs))
    },

    /** The id of a shard; null for one that has never had a file, or lost all it had. */
    shardId: (shard: number): Promise<string | null> => redis.get(idKey(shard)),

    /** The same; one that has none is given one. */
    async keepShardId(shard: number): Promise<string> {
      await redis.set(idKey(shard), newId(), 'NX')
      return (await redis.get(idKey(shard))) ?? ''
    },
  }
}

import type { FileStore } from '../../files/file-store.ts'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'
import type { RunStore } from '../store/run-store.ts'

/** A file store that counts what is stored for runs under the bytes of their project. */
export const countFiles = (files: FileStore, runs: Pick<RunStore, 'addFileBytes'>): FileStore => ({
  ...files,
  async put(run, name, data) {
    await files.put(run, name, data)
    // What was paid for is not given up for want of a count.
    await runs.addFileBytes(run, data.length).catch((error: unknown) => {
      if (!isRedisUnavailable(error)) throw error
    })
  },
})

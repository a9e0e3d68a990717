import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { cached, expiringAfter } from '../../platform/cached.ts'
import { ApiError } from '../../platform/errors.ts'

/** So old may be what is known of a project: what ends in this time may come on top of the quota. */
const KNOWN_MS = 5000
const PROJECTS = 10_000

export type StorageQuota = ReturnType<typeof createStorageQuota>

/** How many bytes of ended runs a project may have. What is known is kept in memory, so that most runs ask nobody. */
export function createStorageQuota(runs: { keptBytes(project: string): Promise<number> }, most: number) {
  const known = new LRUCache<string, number>({
    ...atMost(PROJECTS),
    ...expiringAfter(KNOWN_MS),
    fetchMethod: (project) => runs.keptBytes(project),
  })
  function refuseFrom(bytes: number): void {
    if (bytes < most) return
    const message = 'The project keeps too many bytes of runs; they expire at the end of their retention.'
    throw new ApiError('PROJECT_STORAGE_FULL', message, { retry_after: 60, retryable: true })
  }

  return {
    /** At once where it is known how many bytes there are. @throws {ApiError} PROJECT_STORAGE_FULL */
    check(project: string): void | Promise<void> {
      const bytes = cached(known, project)
      return typeof bytes === 'number' ? refuseFrom(bytes) : bytes.then((found) => refuseFrom(found ?? 0))
    },
  }
}

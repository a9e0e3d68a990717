import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { cached, expiringAfter } from '../../platform/cached.ts'
import { ApiError } from '../../platform/errors.ts'

/** So old may be what is known of a project where no files are sent. */
const KNOWN_MS = 5000
const PROJECTS = 10_000

export type FileRoom = ReturnType<typeof createFileRoom>

/**
 * How many bytes of files the runs of a project may have together. Files that callers send are never more, except by what
 * other API processes accept in the same moment; what is made for runs comes on top of those that are under way.
 */
export function createFileRoom(runs: { fileBytes(project: string): Promise<number> }, most: number) {
  const known = new LRUCache<string, number>({
    ...atMost(PROJECTS),
    ...expiringAfter(KNOWN_MS),
    fetchMethod: (project) => runs.fileBytes(project),
  })
  /** Of files that this process is storing, and that are not counted yet. */
  const coming = new Map<string, number>()
  function add(project: string, bytes: number): void {
    const sum = (coming.get(project) ?? 0) + bytes
    if (sum === 0) coming.delete(project)
    else coming.set(project, sum)
  }

  return {
    /**
     * Takes room for the files of a run. Returns what is to be called, once, when its record counts them, or it is refused.
     * @throws {ApiError} PROJECT_STORAGE_FULL
     */
    async take(project: string, bytes: number): Promise<() => void> {
      const before = coming.get(project) ?? 0
      add(project, bytes)
      const free = () => add(project, -bytes)
      try {
        if ((await runs.fileBytes(project)) + before + bytes > most) throw full()
        return free
      } catch (error) {
        free()
        throw error
      }
    },

    /** For a run that brings no files, and may get some. @throws {ApiError} PROJECT_STORAGE_FULL */
    async check(project: string): Promise<void> {
      if (((await cached(known, project)) ?? 0) >= most) throw full()
    },
  }
}

function full(): ApiError {
  const message = 'The files of the project’s runs have no more room; they are removed with their runs.'
  return new ApiError('PROJECT_STORAGE_FULL', message, { retry_after: 60, retryable: true })
}

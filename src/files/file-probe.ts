import type { FileHome } from './file-home.ts'
import type { FileStorage } from './file-storage.ts'

export interface FileProbeOptions {
  readonly storage: FileStorage
  readonly home: FileHome
  /** How long it counts that they could. */
  readonly cacheMs: number
}

/** How long it counts at most that they could not, in ms. */
const FAILED_MS = 2000

/**
 * Tells whether files could be stored, before the first one is. Asked often, it looks once in a while.
 * @throws {ApiError} FILES_UNAVAILABLE
 */
export function createFileProbe({ storage, home, cacheMs }: FileProbeOptions): () => Promise<void> {
  let latest = Promise.resolve()
  let countsUntil = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    await home.verify()
    await storage.probe()
    countsUntil = performance.now() + cacheMs
  }

  return () => {
    if (performance.now() < countsUntil) return latest
    countsUntil = performance.now() + Math.min(cacheMs, FAILED_MS)
    latest = look()
    return latest
  }
}

import type { FileHome } from './file-home.ts'
import type { FileStorage } from './file-storage.ts'

export interface FileProbeOptions {
  readonly storage: FileStorage
  readonly home: FileHome
  readonly cacheMs: number
}

/**
 * Tells whether files could be stored, before the first one is. Asked often, it looks once in a while.
 * @throws {ApiError} FILES_UNAVAILABLE
 */
export function createFileProbe({ storage, home, cacheMs }: FileProbeOptions): () => Promise<void> {
  let latest = Promise.resolve()
  let looked = Number.NEGATIVE_INFINITY

  return () => {
    if (performance.now() < looked + cacheMs) return latest
    looked = performance.now()
    latest = home.verify().then(() => storage.probe())
    return latest
  }
}

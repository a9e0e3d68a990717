import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Config } from './config.ts'
import { createFileHome } from './files/file-home.ts'
import { createFileHomeStore } from './files/file-home-store.ts'
import { createFileProbe } from './files/file-probe.ts'
import { createLocalFileStore } from './files/file-store.ts'
import { createImageProcesses, type ImageProcesses } from './files/image/image-processes.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import type { Redis } from './platform/redis/redis.ts'

/** How long a readiness check counts, in ms. */
const PROBE_CACHE_MS = 2000
/** Seconds: longest timeout of a run, and a day for clocks. */
const LONGEST_RUN = 31 * 86_400

/** The folder of files, whose it is, and whether it can be written to. */
export function composeFiles({ config, redis }: { config: Config; redis: Redis }) {
  const folder = resolve(config.dataDir, 'files')
  const fileHome = createFileHome({
    store: createFileHomeStore(redis),
    folder,
    shards: config.shards,
    rememberMs: (config.runRetention + LONGEST_RUN) * 1000,
  })
  const probe = createFileProbe({ folder, home: fileHome, free: config.imageLimit, cacheMs: PROBE_CACHE_MS })
  return {
    files: createLocalFileStore(folder),
    fileHome,
    /** Rejects when an upload could not be stored now; where none is taken, that is no matter. */
    probeFiles: config.filesMax > 0 ? probe : async () => {},
  }
}

/** What converts images for this process. One core is left for all else that it does, where there is another. */
export function composeImageProcesses(deps: { config: Config; lifecycle: Lifecycle }): ImageProcesses {
  const { imageProcesses, imageMemory, imageTimeout, imagePixelsMax } = deps.config
  const processes = createImageProcesses({
    most: imageProcesses ?? Math.max(1, availableParallelism() - 1),
    memory: imageMemory,
    timeoutMs: imageTimeout * 1000,
    maxPixels: imagePixelsMax,
  })
  deps.lifecycle.onClose('image processes', () => processes.close())
  return processes
}

import { accessSync, constants } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { createDocumentProcesses, type DocumentProcesses } from '../files/document/document-processes.ts'
import { createFileHome } from '../files/file-home.ts'
import { createFileHomeStore } from '../files/file-home-store.ts'
import { createFileProbe } from '../files/file-probe.ts'
import { createImageProcesses, type ImageProcesses } from '../files/image/image-processes.ts'
import type { Lifecycle } from '../platform/lifecycle.ts'
import { hasDescriptors } from '../platform/local-fault.ts'
import type { Logger } from '../platform/logger.ts'
import { isRedisUnavailable, type Redis } from '../platform/redis/redis.ts'
import { type WorkerHealth, watchWorkerHealth } from '../runs/execute/worker-health.ts'
import { openFileStorage } from './compose-file-storage.ts'

/** How long a readiness check counts, in ms. */
const PROBE_CACHE_MS = 2000
/** How often a worker makes sure that it could execute runs, in ms. */
const HEALTH_EVERY_MS = 2000
/** File descriptors that a worker must be able to open to take runs. */
const DESCRIPTORS = 4
/** Seconds: longest timeout of a run, and a day for clocks. */
const LONGEST_RUN = 31 * 86_400

/** The files of runs, whose they are, and whether there can be more of them. */
export function composeFiles({ config, redis, log, lifecycle }: ComposeFilesDeps) {
  const storage = openFileStorage(config, log)
  lifecycle.onClose('file storage', () => storage.close())
  const fileHome = createFileHome({
    store: createFileHomeStore(redis),
    storage,
    shards: config.shards,
    rememberMs: (config.runRetention + LONGEST_RUN) * 1000,
  })
  const cacheMs = Math.max(PROBE_CACHE_MS, storage.trustMs)
  const probe = createFileProbe({ storage, home: fileHome, cacheMs })
  return {
    files: storage.files,
    fileHome,
    /** Rejects when an upload could not be stored now; where none is taken, that is no matter. */
    probeFiles: config.filesMax > 0 ? probe : async () => {},
  }
}

interface ComposeFilesDeps {
  readonly config: Config
  readonly redis: Redis
  readonly log: Logger
  readonly lifecycle: Lifecycle
}

/** Says in the log of a process that begins to serve what is in the way of storing files, before the first one comes. */
export function sayWhatIsWrongWithFiles({
  probeFiles,
  log,
}: Pick<Files, 'probeFiles'> & { log: Logger }): void {
  probeFiles().catch((error: unknown) => {
    if (!isRedisUnavailable(error)) log.error({ err: error }, 'files cannot be stored now')
  })
}

type Files = ReturnType<typeof composeFiles>

/** Whether this process can execute runs: with the files that are theirs, and with descriptors for their calls. */
export function composeWorkerHealth(
  deps: Pick<Files, 'fileHome'> & { log: Logger; lifecycle: Lifecycle },
): WorkerHealth {
  const health = watchWorkerHealth({
    async check() {
      if (!hasDescriptors(DESCRIPTORS))
        throw new Error('this process has no file descriptors left (ulimit -n)')
      await deps.fileHome.verify()
    },
    log: deps.log,
    everyMs: HEALTH_EVERY_MS,
  })
  deps.lifecycle.onClose('worker health', () => health.close())
  return health
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

function checkFont(file: string): void {
  try {
    accessSync(file, constants.R_OK)
  } catch (cause) {
    throw new ConfigError(`SPLITRUN_PDF_FONTS: ${(cause as Error).message}`, { cause })
  }
}

/**
 * What takes the text out of documents for this process, and writes PDF documents.
 * @throws {ConfigError} for a font that cannot be read
 */
export function composeDocumentProcesses(deps: { config: Config; lifecycle: Lifecycle }): DocumentProcesses {
  const { config, lifecycle } = deps
  for (const file of config.pdfFonts) checkFont(file)
  const processes = createDocumentProcesses({
    most: config.documentProcesses ?? Math.max(1, availableParallelism() - 1),
    memory: config.documentMemory,
    timeoutMs: config.documentTimeout * 1000,
    pagesMax: config.documentPagesMax,
    textMax: config.documentTextMax,
    inflatedMax: config.documentInflatedMax,
    pdfPagesMax: config.pdfPagesMax,
    outputFileMax: config.outputFileMax,
    pdfFonts: config.pdfFonts.map((file) => resolve(file)),
  })
  lifecycle.onClose('document processes', () => processes.close())
  return processes
}

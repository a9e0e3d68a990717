import { setTimeout as pause } from 'node:timers/promises'
import { ConverterKilled } from '../../files/conversion/converters.ts'
import { isSharedStorageAway } from '../../files/files-unavailable.ts'
import { isLocalFault } from '../../platform/local-fault.ts'
import type { Logger } from '../../platform/logger.ts'
import { isRedisUnavailable } from '../../platform/redis/redis.ts'

export interface WorkerHealth {
  /** False while this worker cannot execute runs, by its own fault or its machine's. */
  readonly well: boolean
  /** Tells of a failure that was no run's. */
  report(error: unknown): void
  /** Resolves when it is well, or closed. */
  whenWell(): Promise<void>
  close(): void
}

export interface WorkerHealthOptions {
  /** Rejects with what is in the way of executing runs here. */
  check(): Promise<void>
  readonly log: Logger
  /** How often it is checked while all is well; it is checked more often while something is not. */
  readonly everyMs: number
}

/** True for a failure that is this worker's, and no run's: it ends no run. */
export const isWorkerFault = (error: unknown): boolean =>
  isLocalFault(error) || error instanceof ConverterKilled

/** A worker that is not well is checked so often. */
const SICK_EVERY_MS = 1000

/**
 * Knows whether this worker can work at all. One that cannot would fail run after run that others could execute: it takes
 * none until it can again, which it finds out by itself.
 */
export function watchWorkerHealth({ check, log, everyMs }: WorkerHealthOptions): WorkerHealth {
  const closing = new AbortController()
  let recovered: PromiseWithResolvers<void> | null = null
  let reported = new AbortController()

  function become(trouble: unknown): void {
    if (trouble !== null && !recovered) {
      recovered = Promise.withResolvers()
      log.error({ err: trouble }, 'this worker cannot execute runs: it takes none until it can')
    } else if (trouble === null && recovered) {
      recovered.resolve()
      recovered = null
      log.info('this worker can execute runs again')
    }
  }

  async function watch(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await check()
        become(null)
      } catch (error) {
        // That Redis or shared storage is away says nothing of this worker, and is told by its connections.
        if (!isRedisUnavailable(error) && !isSharedStorageAway(error)) become(error)
      }
      reported = new AbortController()
      await rest(recovered ? SICK_EVERY_MS : everyMs, AbortSignal.any([closing.signal, reported.signal]))
      if (reported.signal.aborted) await rest(SICK_EVERY_MS, closing.signal)
    }
  }
  void watch()

  return {
    get well() {
      return recovered === null
    },
    report(error) {
      // Its process was ended in this one's place; an image that has it done again and again must not stop all others.
      if (error instanceof ConverterKilled) {
        log.warn({ err: error }, 'an image could not be converted here')
        return
      }
      // No worker can read files then, and runs without any need none: only those with files wait.
      if (isSharedStorageAway(error)) return
      become(error)
      reported.abort()
    },
    whenWell: () => recovered?.promise ?? Promise.resolve(),
    close() {
      closing.abort()
      recovered?.resolve()
    },
  }
}

const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  pause(ms, undefined, { signal, ref: false }).catch(() => {})

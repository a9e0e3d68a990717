import { Worker } from 'bullmq'
import type { Logger } from '../src/platform/logger.ts'
import type { Redis } from '../src/platform/redis/redis.ts'
import { createRedisTrouble } from '../src/platform/redis/redis-trouble.ts'
import { endWorker } from '../src/queue/end-worker.ts'
import { JANITOR_PREFIX, JANITOR_QUEUE, openJanitorQueue } from '../src/queue/janitor-queue.ts'

export interface JanitorWorkerOptions {
  readonly connection: Redis
  readonly everyMs: number
  readonly lockDurationMs: number
  readonly stalledIntervalMs: number
  readonly log: Logger
  /**
   * One round. It ends early when the signal fires: the process stops, or another process has got the job of the round.
   */
  cleanUp(signal: AbortSignal): Promise<void>
}

export interface JanitorWorker {
  /** Stops the round in progress, and waits for its end. */
  close(): Promise<void>
}

/** How long closing may take; longer only while Redis is away. */
const END_MS = 5000

/** Somewhat less than from one request of a process to its next, which must not find that it is too early. */
const PAUSE_SHARE = 0.9

/**
 * Takes part in the janitor's rounds. Every process asks for them, at its own pace and whatever its machine's clock says;
 * of all who ask within the interval one is heard, and the queue delivers one round at a time. A round that fails is not
 * repeated: the next round does its work.
 */
export function startJanitorWorker(options: JanitorWorkerOptions): JanitorWorker {
  const { connection, everyMs, log } = options
  const trouble = createRedisTrouble(log)
  const onError = (error: Error): void => trouble.warn(error, 'janitor')
  const queue = openJanitorQueue(connection, onError)
  let asking = false
  async function request(): Promise<void> {
    // While Redis is away nothing is asked: it would all be asked at once when it is back.
    if (asking || connection.status !== 'ready') return
    asking = true
    await queue.request(Math.ceil(everyMs * PAUSE_SHARE)).catch(onError)
    asking = false
  }
  // At every connect, also after an outage: a Redis that lost its data has lost this too.
  const prepare = (): void => void queue.prepare().then(request).catch(onError)
  connection.on('ready', prepare)
  const requesting = setInterval(request, everyMs).unref()

  const worker: Worker<null, void> = new Worker(
    JANITOR_QUEUE,
    // BullMQ passes the signal only to functions with three parameters.
    async (_job, _token, signal) => options.cleanUp(signal ?? new AbortController().signal),
    {
      connection,
      prefix: JANITOR_PREFIX,
      concurrency: 1,
      lockDuration: options.lockDurationMs,
      stalledInterval: options.stalledIntervalMs,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    },
  )
  worker.on('error', onError)
  worker.on('completed', () => trouble.over())
  worker.on('failed', (_job, error) => trouble.warn(error, 'a round of the janitor failed'))
  worker.on('lockRenewalFailed', () => worker.cancelAllJobs())

  return {
    async close() {
      connection.off('ready', prepare)
      clearInterval(requesting)
      worker.cancelAllJobs()
      if (!(await endWorker(worker, END_MS))) log.warn('stopped in the middle of a round')
      // Not awaited: it only ends its use of the connection, and would wait for Redis.
      void queue.close().catch(onError)
    },
  }
}

import { Worker } from 'bullmq'
import type { Logger } from '../src/platform/logger.ts'
import type { Redis } from '../src/platform/redis/redis.ts'
import { endWorker } from '../src/queue/end-worker.ts'
import { JANITOR_PREFIX, JANITOR_QUEUE, openJanitorQueue } from '../src/queue/janitor-queue.ts'

export interface JanitorWorkerOptions {
  readonly connection: Redis
  readonly everyMs: number
  readonly lockDurationMs: number
  readonly stalledIntervalMs: number
  readonly log: Logger
  /** One tick. It ends early when the signal fires: the process stops, or another one has taken the tick over. */
  cleanUp(signal: AbortSignal): Promise<void>
}

export interface JanitorWorker {
  /** Lets the tick in hand end, early. */
  close(): Promise<void>
}

/** How long that may take, for Redis to answer. */
const END_MS = 5000

/**
 * Takes part in the janitor's ticks: they come from one schedule, and the queue hands out one at a time, however many
 * processes take part. One that fails is not made up for; the next does what it left.
 */
export function startJanitorWorker(options: JanitorWorkerOptions): JanitorWorker {
  const { connection, log } = options
  const onError = (error: Error): void => log.warn({ err: error }, 'janitor')
  const queue = openJanitorQueue(connection, onError)
  // At every connect, also after an outage: a Redis that came back without its memory has lost the schedule too.
  const schedule = (): void => void queue.schedule(options.everyMs).catch(onError)
  connection.on('ready', schedule)

  const worker: Worker<null, void> = new Worker(
    JANITOR_QUEUE,
    // BullMQ gives the signal to functions of three parameters alone.
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
  worker.on('failed', (_job, error) => log.warn({ err: error }, 'a tick of the janitor failed'))
  worker.on('lockRenewalFailed', () => worker.cancelAllJobs())

  return {
    async close() {
      connection.off('ready', schedule)
      worker.cancelAllJobs()
      if (!(await endWorker(worker, END_MS))) log.warn('stopping in the middle of tidying')
      // It only lets go of the connection, for which nothing has to be waited.
      void queue.close().catch(onError)
    },
  }
}

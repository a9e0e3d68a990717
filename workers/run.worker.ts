import { DelayedError, UnrecoverableError, WaitingError, Worker } from 'bullmq'
import type { Logger } from '../src/platform/logger.ts'
import type { Redis } from '../src/platform/redis.ts'
import { queuePrefix, RUN_QUEUE } from '../src/queues.ts'
import type { Execution } from '../src/runs/execute-run.ts'
import { followHand } from '../src/runs/follow-hand.ts'
import type { Claim } from '../src/runs/run-changes.ts'
import type { RunStore } from '../src/runs/run-store.ts'
import { endWorker } from './end-worker.ts'
import { createRunBackend } from './run-backend.ts'

export interface RunWorkerOptions {
  readonly shard: number
  readonly connection: Redis
  /** On which it is handed runs; used for nothing else. */
  readonly handConnection: Redis
  readonly runs: RunStore
  /** Id of this worker process. */
  readonly worker: string
  readonly concurrency: number
  readonly claimsMax: number
  readonly lockDurationMs: number
  readonly stalledIntervalMs: number
  readonly graceMs: number
  readonly log: Logger
  execute(claim: Claim, stopping: AbortSignal): Promise<Execution>
}

export interface RunWorker {
  /** Runs in hand now. */
  active(): number
  /** When a job was last begun or ended, ms since the epoch. */
  lastProgress(): number
  /**
   * Takes nothing new, lets runs finish within the grace period, then hands the rest back. What cannot be handed back,
   * because Redis is away, is left to be claimed by another worker once its lock has expired.
   */
  close(): Promise<void>
}

/** How long handing back may take after the grace period, for Redis to answer. */
const HAND_BACK_MS = 5000

/** Consumes the run queue of one shard. */
export function startRunWorker(options: RunWorkerOptions): RunWorker {
  const stopping = new AbortController()
  let active = 0
  let progress = Date.now()

  const { shard, runs, worker: token, claimsMax, lockDurationMs: lockMs } = options
  const giveBack = async (claim: Claim): Promise<'released' | 'gone'> =>
    (await runs.release(claim, claim.attempts)) ? 'released' : 'gone'
  const room = (): number => options.concurrency - active - backend.notBegun()
  const backend = createRunBackend({
    token,
    lockMs,
    room,
    take: (most, free) =>
      runs.take(shard, { worker: token, claimsMax, most, token, lockMs, offer: hand.offer(free) }),
    giveBack,
  })
  const hand = followHand({
    redis: options.handConnection,
    shard,
    worker: token,
    lockMs,
    log: options.log,
    onHanded: backend.accept,
  })
  runs.offer(shard, () => hand.offer(room()))
  const worker = new Worker<object, void>(
    RUN_QUEUE,
    async (job) => {
      const claim = backend.claimOf(job.id ?? '')
      if (!claim) throw new UnrecoverableError('a job that was not taken')
      active += 1
      progress = Date.now()
      try {
        // A stopping worker may still be handed a run; it must go back at once or closing would wait for it.
        const execution = stopping.signal.aborted
          ? await giveBack(claim)
          : await options.execute(claim, stopping.signal)
        if (typeof execution === 'object') {
          await job.moveToDelayed(Date.now() + Math.ceil(execution.putOff))
          throw new DelayedError()
        }
        if (execution !== 'released') return
        await job.moveToWait()
        throw new WaitingError()
      } finally {
        active -= 1
        progress = Date.now()
      }
    },
    {
      connection: options.connection,
      prefix: queuePrefix(options.shard),
      concurrency: options.concurrency,
      lockDuration: options.lockDurationMs,
      stalledInterval: options.stalledIntervalMs,
      // Redis may be back at any moment; the default waits a quarter of a minute.
      runRetryDelay: 1000,
      // How often a run may be lost is the store's to say, not the queue's.
      maxStalledCount: 1_000_000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
      // Without `skipVersionCheck`: not knowing the version, BullMQ waits in whole seconds, and jobs that are put off are late.
    },
    backend.factory,
  )
  worker.on('error', (error) => options.log.warn({ err: error, shard: options.shard }, 'worker'))
  worker.on('failed', (job, error) =>
    options.log.warn({ err: error, run_id: job?.id }, 'job failed; it is delivered again'),
  )

  return {
    active: () => active,
    lastProgress: () => progress,
    async close() {
      void backend.stop()
      const silent = hand.close()
      const grace = setTimeout(() => stopping.abort(), options.graceMs)
      const ended = await endWorker(worker, options.graceMs + HAND_BACK_MS)
      clearTimeout(grace)
      await silent
      await backend.stop()
      if (!ended)
        options.log.warn({ shard: options.shard, active }, 'stopping without having handed everything back')
    },
  }
}

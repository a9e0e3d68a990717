import { setTimeout as pause } from 'node:timers/promises'
import { createRedisBackend, type QueueBaseOptions, type RedisQueueBackend } from 'bullmq'
import { isRedisUnavailable } from '../src/platform/redis.ts'
import { JOB_OPTIONS } from '../src/queues.ts'
import type { Claim, Taken } from '../src/runs/run-changes.ts'

export interface RunBackendOptions {
  /** What the locks of this worker's jobs are known by. */
  readonly token: string
  /** How many runs may be taken now. */
  room(): number
  take(most: number): Promise<Taken>
  /** Gives a claimed run back to the store, its attempt unused. */
  giveBack(claim: Claim): Promise<'released' | 'gone'>
}

/**
 * BullMQ takes again at once after a failure, unless it is one of these words: then it waits for `runRetryDelay`. Redis
 * can be away in many other words; and what is no outage would come again as fast as it can be logged.
 */
async function slowDown(error: unknown): Promise<never> {
  if (isRedisUnavailable(error)) throw new Error('Connection is closed.', { cause: error })
  await pause(FAILURE_PAUSE_MS)
  throw error
}

const FAILURE_PAUSE_MS = 1000

/** So many runs are taken with one round trip at most. */
const BATCH = 32

/**
 * BullMQ's backend for the queue of runs. Taking a job and claiming its run are one step, for many runs at a time, and
 * so are settling the run and removing its job; BullMQ's own scripts do all the rest (locks, stalled jobs, jobs that
 * are put off or given back) on the same keys. One token serves for all jobs of a worker: that a lost worker writes
 * nothing more is what the runs' fences are for.
 */
export function createRunBackend({ token, room, take, giveBack }: RunBackendOptions) {
  /** Taken, and not begun yet: BullMQ begins one after the other. */
  const ready: Claim[] = []
  /** Begun, and not ended yet. */
  const begun = new Map<string, Claim>()
  let empty = false
  let nextDue = 0
  let stopped = false
  let moveToWait = async (_id: string): Promise<unknown> => undefined

  async function moveToActive(): Promise<unknown[]> {
    // When the last batch was all there was, BullMQ is told so, and waits for more before it asks again.
    if (ready.length === 0 && !empty) {
      const taken = await take(Math.max(1, Math.min(BATCH, room()))).catch(slowDown)
      ready.push(...taken.claims)
      empty = taken.empty
      nextDue = taken.nextDue
      if (stopped) await giveAllBack()
    }
    const claim = ready.shift()
    if (!claim) {
      empty = false
      return [null, null, 0, nextDue]
    }
    const { id, created } = claim.request
    begun.set(id, claim)
    return [
      { id, name: 'run', data: '{}', opts: JOB_OPTIONS, timestamp: created, attemptsStarted: 1 },
      id,
      0,
      0,
    ]
  }

  async function giveAllBack(): Promise<void> {
    const back = ready.splice(0).map(async (claim) => {
      if ((await giveBack(claim)) === 'released') await moveToWait(claim.request.id)
    })
    // What cannot be given back, because Redis is away, is delivered again once its lock has expired.
    await Promise.allSettled(back)
  }

  /** A BullMQ `BackendFactory`. */
  function factory(name: string, options: QueueBaseOptions, flags?: object): RedisQueueBackend {
    const backend = createRedisBackend(name, options, flags)
    const moveJobFromActiveToWait = backend.moveJobFromActiveToWait.bind(backend)
    const moveToDelayed = backend.moveToDelayed.bind(backend)
    const extendLocks = backend.extendLocks.bind(backend)
    moveToWait = (id) => moveJobFromActiveToWait(id, token)
    return Object.assign(backend, {
      moveToActive,
      moveToCompleted: async () => ({ result: undefined, finishedOn: Date.now() }),
      moveJobFromActiveToWait: moveToWait,
      moveToDelayed: ((id, timestamp, delay, _token, more) =>
        moveToDelayed(id, timestamp, delay, token, { ...more, fetchNext: false })) as typeof moveToDelayed,
      extendLocks: (ids: string[], _tokens: string[], ms: number) =>
        extendLocks(
          ids,
          ids.map(() => token),
          ms,
        ),
    })
  }

  return {
    factory,
    /** The claim of a job that was just begun; it is handed out once. */
    claimOf(id: string): Claim | undefined {
      const claim = begun.get(id)
      begun.delete(id)
      return claim
    },
    /** Gives back what was taken and not begun. What is still being taken then is given back as soon as it comes. */
    stop(): Promise<void> {
      stopped = true
      return giveAllBack()
    },
  }
}

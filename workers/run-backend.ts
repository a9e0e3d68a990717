import { setTimeout as pause } from 'node:timers/promises'
import { createRedisBackend, type QueueBaseOptions, type RedisQueueBackend } from 'bullmq'
import { isRedisUnavailable } from '../src/platform/redis.ts'
import { JOB_OPTIONS } from '../src/queues.ts'
import type { Claim, Taken } from '../src/runs/run-changes.ts'

type Marker = Awaited<ReturnType<RedisQueueBackend['waitForJob']>>

export interface RunBackendOptions {
  /** What the locks of this worker's jobs are known by, and how long they last without being extended. */
  readonly token: string
  readonly lockMs: number
  /** How many runs there is room for beside those that were taken. */
  room(): number
  /** Takes so many at most, and says how many there would be room for. */
  take(most: number, room: number): Promise<Taken>
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

/** A marker of BullMQ's that says: there is something to take. */
const NOW = { member: '0', score: 0 }

/**
 * BullMQ's backend for the queue of runs. Taking a job and claiming its run are one step, for many runs at a time, and
 * so are settling the run and removing its job; BullMQ's own scripts do all the rest (locks, stalled jobs, jobs that
 * are put off or given back) on the same keys. One token serves for all jobs of a worker: that a lost worker writes
 * nothing more is what the runs' fences are for.
 *
 * A worker that waits is handed runs as they are created: they are its own already, and need not be taken.
 */
export function createRunBackend({ token, lockMs, room, take, giveBack }: RunBackendOptions) {
  /** Taken, and not begun yet: BullMQ begins one after the other. */
  const ready: Claim[] = []
  /** Begun, and not ended yet. */
  const begun = new Map<string, Claim>()
  /** Whether there may be more to take: not known to be otherwise. */
  let ask = true
  let nextDue = 0
  let stopped = false
  /** A marker is waited for; while BullMQ does something else, that goes on. */
  let awaited = false
  let waiter: PromiseWithResolvers<Marker> | null = null
  let givenBack: Promise<unknown> = Promise.resolve()
  let moveToWait = async (_id: string): Promise<unknown> => undefined

  const isDue = (): boolean => nextDue > 0 && nextDue - Date.now() < 1

  async function moveToActive(): Promise<unknown[]> {
    // When the last batch was all there was, BullMQ is told so, and waits for more before it asks again.
    if (ready.length === 0 && (ask || isDue())) {
      const free = room()
      const taken = await take(Math.max(1, Math.min(BATCH, free)), free).catch(slowDown)
      ready.push(...taken.claims)
      ask = !taken.empty
      nextDue = taken.nextDue
      if (stopped) await giveAllBack()
    }
    const claim = ready.shift()
    if (!claim) return [null, null, 0, nextDue]
    const { id, created } = claim.request
    begun.set(id, claim)
    return [
      { id, name: 'run', data: '{}', opts: JOB_OPTIONS, timestamp: created, attemptsStarted: 1 },
      id,
      0,
      0,
    ]
  }

  /** Waits for a marker, or until runs are handed over. */
  function waiting(waitForJob: (seconds: number) => Promise<Marker>) {
    return async (seconds: number): Promise<Marker> => {
      if (ready.length > 0 || ask) return NOW
      waiter = Promise.withResolvers()
      if (!awaited) {
        awaited = true
        // When it fails, too, nobody knows what there is to take.
        const end = (): void => {
          awaited = false
          ask = true
        }
        waitForJob(seconds)
          .finally(end)
          .then(
            (marker) => waiter?.resolve(marker),
            (error) => waiter?.reject(error),
          )
      }
      return waiter.promise
    }
  }

  /** Resolves when these and all that were given back before are. */
  function giveSomeBack(claims: readonly Claim[]): Promise<unknown> {
    const back = claims.map(async (claim) => {
      if ((await giveBack(claim)) === 'released') await moveToWait(claim.request.id)
    })
    // What cannot be given back, because Redis is away, is delivered again once its lock has expired.
    givenBack = Promise.allSettled([givenBack, ...back])
    return givenBack
  }

  const giveAllBack = (): Promise<unknown> => giveSomeBack(ready.splice(0))

  /** What was handed over beyond what there is room for, for longer than settling takes. */
  function giveExcessBack(): void {
    void giveSomeBack(ready.splice(Math.max(0, ready.length + Math.min(0, room()))))
  }

  /** A BullMQ `BackendFactory`. */
  function factory(name: string, options: QueueBaseOptions, flags?: object): RedisQueueBackend {
    const backend = createRedisBackend(name, options, flags)
    const moveJobFromActiveToWait = backend.moveJobFromActiveToWait.bind(backend)
    const waitForJob = backend.waitForJob.bind(backend)
    const moveToDelayed = backend.moveToDelayed.bind(backend)
    const extendLocks = backend.extendLocks.bind(backend)
    moveToWait = (id) => moveJobFromActiveToWait(id, token)
    return Object.assign(backend, {
      moveToActive,
      waitForJob: waiting(waitForJob),
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
    /** How many runs are here that were not begun yet. */
    notBegun: (): number => ready.length + begun.size,
    /** Takes in runs that were handed to this worker. */
    accept(claims: readonly Claim[]): void {
      ready.push(...claims)
      if (stopped) void giveAllBack()
      else waiter?.resolve(NOW)
      // A run that was settled may take its place a little longer; one that never finds a place would lose its lock.
      if (room() < 0) setTimeout(giveExcessBack, lockMs / 4).unref()
    },
    /** Gives back what is here and was not begun, and from now on whatever else is taken or handed over. */
    stop(): Promise<unknown> {
      stopped = true
      return giveAllBack()
    },
  }
}

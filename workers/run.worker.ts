import { setTimeout as pause } from 'node:timers/promises'
import { sharedNow } from '../src/platform/clock.ts'
import { createRedisTrouble } from '../src/platform/redis/redis-trouble.ts'
import { openRunJobs } from '../src/queue/run-jobs.ts'
import type { WorkerSide } from '../src/runs/execute/execute-run.ts'
import { followDispatch } from '../src/runs/execute/follow-dispatch.ts'
import { createFormatWarning } from '../src/runs/execute/format-warning.ts'
import { createPlaces } from '../src/runs/execute/places.ts'
import type { Allowances, Claim, Dequeued } from '../src/runs/store/claim.ts'
import type { RunWorker, RunWorkerOptions } from './run-worker.ts'

/** Most runs that are claimed with one round trip. */
const BATCH = 32
/** How long the releases after the grace period may take; longer only while Redis is away. */
const RELEASE_MS = 5000
/** The state of the queue is not known: dequeue without waiting. */
const UNKNOWN: Pick<Dequeued, 'empty' | 'nextDue'> = { empty: false, nextDue: 0 }
/** How often a worker searches the queue for runs of the models that it has room for, in ms. */
const SEARCH_EVERY_MS = 50
/** How often it then announces its capacity, in ms. */
const ANNOUNCE_EVERY_MS = 500
/** How long a worker without any room waits for a free place before it dequeues again, in ms. */
const IDLE_MS = 5000
const isDue = (time: number): boolean => time > 0 && sharedNow() >= time
/** The pause after a failure of Redis. */
const FAILURE_PAUSE_MS = 1000

/**
 * Executes the runs of one shard. It claims queued runs, as many as it has room for. When the queue is empty, it waits
 * for a job, or for new runs that are dispatched to it, which are claimed already. All its locks have one token: the
 * fences of the runs, not the locks, keep a lost worker from writing.
 */
export function startRunWorker(options: RunWorkerOptions): RunWorker {
  const {
    shard,
    runs,
    worker: token,
    claimsMax,
    lockDurationMs: lockMs,
    log,
    limited,
    askedFor,
    health,
  } = options
  const places = createPlaces(options.concurrency)
  const stopping = new AbortController()
  /** Claimed and not started, because all places are taken: dispatched while other runs were being settled. */
  const ready: Claim[] = []
  /** Claimed and not ended: their locks are extended. */
  const claimed = new Set<Claim>()
  /** Work in progress that has to end before this worker is closed. */
  const busy = new Set<Promise<unknown>>()
  const warnOfUnknown = createFormatWarning(log)
  let progress = sharedNow()
  let stopped = false
  let placeFree = Promise.withResolvers<void>()

  const trouble = createRedisTrouble(log.child({ shard }))
  const onError = (error: Error): void => trouble.warn(error, 'worker')
  const jobs = openRunJobs({ ...options, token, lockMs, onError })
  const dispatch = followDispatch({
    redis: options.dispatchConnection,
    ...{ shard, worker: token, lockMs, log },
    onDispatched(claims) {
      accept(claims)
      // A settled run may keep its place a little longer. What still has no place after a while is released for others.
      if (ready.length > 0) setTimeout(() => releaseAll(ready.splice(0)), lockMs / 4).unref()
    },
  })
  const room = (): number => places.free() - ready.length
  const side: WorkerSide = {
    stopping: stopping.signal,
    capacity() {
      if (!health.well) return null
      const full = [...(places.allowances(1, limited())?.byModel.keys() ?? [])]
      // Not all free places: the runs that are dispatched together may all be for one model.
      return dispatch.capacity(Math.min(room(), places.room()), full)
    },
  }

  function track<T>(work: Promise<T>): Promise<T> {
    const end = (): void => void busy.delete(ended)
    const ended = work.then(end, end)
    busy.add(ended)
    return work
  }

  function accept(claims: readonly Claim[]): void {
    ready.push(...claims)
    for (const claim of claims) claimed.add(claim)
    startReady()
  }

  function startReady(): void {
    if (stopped || !health.well) releaseAll(ready.splice(0))
    while (places.free() > 0 && ready.length > 0) void track(deliver(ready.shift() as Claim))
  }

  function releaseAll(claims: readonly Claim[]): void {
    for (const claim of claims) {
      const released = release(claim).catch((error: unknown) => {
        log.warn(
          { err: error, run_id: claim.request.id },
          'a run could not be released; it is delivered again when its lock expires',
        )
      })
      void track(released.finally(() => claimed.delete(claim)))
    }
  }

  async function release(claim: Claim): Promise<void> {
    const released = await runs.release(claim, claim.attempts)
    if (released === 'cancelled') await options.execute({ ...claim, cancelled: true }, side)
  }

  async function deliver(claim: Claim): Promise<void> {
    places.enter(claim.model)
    progress = sharedNow()
    try {
      await options.execute(claim, side)
    } catch (error) {
      const line = 'a run could not be executed; it is delivered again when its lock expires'
      log.warn({ err: error, run_id: claim.request.id }, line)
    } finally {
      claimed.delete(claim)
      places.leave(claim.model)
      progress = sharedNow()
      startReady()
      placeFree.resolve()
    }
  }

  /**
   * How many runs to claim next, and of which models. When a model has no more room, runs of other models overtake its
   * runs in the queue. While every model has room, runs are claimed in their order.
   */
  function plan(): { most: number; allowances: Allowances | null } {
    const most = stopped ? 0 : Math.max(0, Math.min(BATCH, room()))
    const allowances = places.allowances(most, limited(), askedFor)
    if (!allowances) return { most, allowances }
    const least = Math.min(allowances.others, ...allowances.byModel.values())
    return least > 0 ? { most: Math.min(most, least), allowances: null } : { most, allowances }
  }

  async function dequeue({ most, allowances }: ReturnType<typeof plan>): Promise<Dequeued> {
    const capacity = side.capacity()
    const options = { worker: token, claimsMax, most, token, lockMs, capacity, allowances }
    const dequeued = await runs.dequeue(shard, options)
    accept(dequeued.claims)
    if (dequeued.unknown.length > 0) warnOfUnknown(dequeued.unknown)
    return dequeued
  }

  /** Waits until a place is free, at most `ms`. */
  async function placeFreed(ms: number): Promise<void> {
    placeFree = Promise.withResolvers()
    const late = new AbortController()
    await Promise.race([placeFree.promise, pause(ms, undefined, { signal: late.signal }).catch(() => {})])
    late.abort()
  }

  async function consume(): Promise<void> {
    let known = UNKNOWN
    let searched = Number.NEGATIVE_INFINITY
    while (!stopped) {
      try {
        if (!health.well) await health.whenWell()
        if (known.empty && !isDue(known.nextDue)) await jobs.wait(known.nextDue)
        const next = plan()
        const early = next.allowances ? searched + SEARCH_EVERY_MS - performance.now() : 0
        if (early > 0) {
          await placeFreed(early)
          known = UNKNOWN
          continue
        }
        // Also without room, or when stopped meanwhile: the script then wakes another worker for the jobs that are left.
        known = await track(dequeue(next))
        trouble.over()
        if (next.allowances) {
          searched = performance.now()
          // An announced capacity is valid for a second, and has to be announced again.
          const again = sharedNow() + ANNOUNCE_EVERY_MS
          known = { ...known, nextDue: known.nextDue > 0 ? Math.min(known.nextDue, again) : again }
        }
        if (room() < 1) {
          await placeFreed(IDLE_MS)
          known = UNKNOWN
        }
      } catch (error) {
        if (!stopped) trouble.warn(error, 'claiming runs failed')
        known = UNKNOWN
        await pause(FAILURE_PAUSE_MS, undefined, { ref: false })
      }
    }
  }
  void consume()

  const extending = setInterval(() => {
    const ids = Array.from(claimed, ({ request }) => request.id)
    jobs.extend(ids).catch((error: unknown) => trouble.warn(error, 'extending locks failed'))
  }, lockMs / 3)

  async function allEnded(): Promise<true> {
    while (busy.size > 0) await Promise.all(busy)
    return true
  }

  return {
    active: () => places.occupied(),
    lastProgress: () => progress,
    async close() {
      stopped = true
      jobs.stopWaiting()
      startReady()
      placeFree.resolve()
      const grace = setTimeout(() => stopping.abort(), options.graceMs)
      const late = new AbortController()
      const timeout = pause(options.graceMs + RELEASE_MS, false, { signal: late.signal }).catch(() => false)
      const ended = await Promise.race([dispatch.close().then(allEnded), timeout])
      late.abort()
      clearTimeout(grace)
      clearInterval(extending)
      await jobs.close()
      if (!ended) log.warn({ shard, active: places.occupied() }, 'stopped before all runs were released')
    },
  }
}

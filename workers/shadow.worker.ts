import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from '../src/platform/logger.ts'
import type { ShadowOutcome } from '../src/runs/shadows/run-shadow.ts'
import type { ShadowLane, TakenShadow } from '../src/runs/store/shadow-lane.ts'

export interface ShadowWorkerOptions {
  readonly shards: readonly number[]
  readonly shadows: ShadowLane
  /** Most shadow runs at once in this process. */
  readonly concurrency: number
  /**
   * What callers' runs leave of this process. `none`: no shadow run is begun. `little`: one in half a second, so that
   * there are some all the same.
   */
  room(): 'enough' | 'little' | 'none'
  /** How long one is its own without saying so, in ms. */
  readonly leaseMs: number
  /** How long those that run may go on when it stops, in ms. */
  readonly graceMs: number
  readonly log: Logger
  execute(taken: TakenShadow, stopping: AbortSignal): Promise<ShadowOutcome>
}

export interface ShadowWorker {
  /** One waits in a shard, left by this process. */
  wake(shard: number): void
  close(): Promise<void>
}

/** How often it is looked for what other processes left, in ms. */
const SEARCH_MS = 5000
/** When it is looked again where something was in the way, in ms. */
const AGAIN_MS = 500
/** Most that are taken at a time. */
const BATCH = 16
/** Between the beginnings of two that were taken together, in ms: callers' runs are served meanwhile. */
const GAP_MS = 4

/**
 * Makes shadow runs, behind all real work: it takes some only when no caller's run waits in their shard and this process
 * has room, and begins them one by one. It has places of its own, so that shadow runs take none of those that callers' runs
 * use.
 */
export function startShadowWorker(options: ShadowWorkerOptions): ShadowWorker {
  const { shards, shadows, concurrency, leaseMs, log } = options
  const stopping = new AbortController()
  const running = new Map<TakenShadow, { shard: number; ended: Promise<void> }>()
  /** Shards in which some may wait. */
  const waiting = new Set<number>()
  let taking: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  /** Something was in the way: nothing is taken before this time of the monotonic clock. */
  let notBefore = 0
  /** All places were taken when it was last looked. */
  let isFull = false
  let stopped = false

  function later(ms: number): void {
    if (stopped || timer) return
    timer = setTimeout(() => {
      timer = null
      look()
    }, ms).unref()
  }

  function again(): void {
    notBefore = performance.now() + AGAIN_MS
  }

  function look(): void {
    if (stopped || taking || waiting.size === 0) return
    isFull = running.size >= concurrency
    if (isFull) return
    const early = notBefore - performance.now()
    if (early > 0) {
      later(early)
      return
    }
    const room = options.room()
    if (room !== 'enough') again()
    if (room === 'none') {
      later(AGAIN_MS)
      return
    }
    taking = takeSome(room === 'little' ? 1 : BATCH)
      .catch((err: unknown) => {
        again()
        log.debug({ err }, 'shadow runs could not be taken')
      })
      .finally(() => {
        taking = null
        setImmediate(look)
      })
  }

  async function takeSome(batch: number): Promise<void> {
    let most = batch
    for (const shard of [...waiting]) {
      most = Math.min(most, concurrency - running.size)
      if (most < 1 || stopped) return
      const { taken, left } = await shadows.take(shard, most)
      if (left === 0) waiting.delete(shard)
      for (const each of taken) {
        begin(shard, each)
        if (!stopped) await pause(GAP_MS)
      }
      most -= taken.length
    }
    // None of those that wait could be taken.
    if (most === batch && waiting.size > 0) again()
  }

  function begin(shard: number, taken: TakenShadow): void {
    const ended = make(shard, taken).finally(() => running.delete(taken))
    running.set(taken, { shard, ended })
  }

  async function make(shard: number, taken: TakenShadow): Promise<void> {
    try {
      const outcome = await options.execute(taken, stopping.signal)
      if (outcome === 'returned') {
        // What is in its way is in the way of the next one, too.
        waiting.add(shard)
        again()
        later(AGAIN_MS)
      } else if (isFull) setImmediate(look)
    } catch (err) {
      log.warn({ err, run_id: taken.parent }, 'a shadow run is lost')
    }
  }

  function search(): void {
    for (const shard of shards) waiting.add(shard)
    look()
  }

  const searching = setInterval(search, SEARCH_MS).unref()
  const extending = setInterval(() => {
    for (const [shard, own] of Map.groupBy(running, ([, each]) => each.shard)) {
      const entries = own.map(([taken]) => taken)
      shadows
        .extend(shard, entries)
        .catch((err: unknown) => log.debug({ err }, 'shadow runs could not be kept'))
    }
  }, leaseMs / 3).unref()

  return {
    wake(shard) {
      waiting.add(shard)
      // Those that are left in one step are taken in one, too.
      if (!timer) setImmediate(look)
    },
    async close() {
      stopped = true
      clearInterval(searching)
      if (timer) clearTimeout(timer)
      await taking
      const grace = setTimeout(() => stopping.abort(), options.graceMs)
      while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended))
      clearTimeout(grace)
      clearInterval(extending)
    },
  }
}

import { setInterval } from 'node:timers'
import { setTimeout as pause } from 'node:timers/promises'
import { newId } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Model } from '../model.ts'
import type { CallEstimates } from './call-estimates.ts'
import { Lane } from './lane.ts'
import type { CallEnd, LimitStore, Reserved } from './limit-store.ts'
import { isLimited, type LimitKind, laneOf } from './rate-limits.ts'

/** Added to each wait, so that processes that were refused together do not come back together. */
const JITTER = 0.1
/** How long nothing is let through after Redis could not be asked, in ms. */
const UNKNOWN_MS = 1000

/** A call that wants to be let through. */
export interface LimitedCall {
  readonly model: Model
  /** The task that the lengths of answers are learned for. */
  readonly task: string
  /** True when nobody waits for it: such calls leave a part of each limit to others. */
  readonly isBatch: boolean
  /** By `estimateMessageTokens`. */
  readonly inputTokens: number
  readonly maxTokens: number | undefined
  /** True: it is not kept waiting. */
  readonly atOnce: boolean
}

/** What a call may be made with; `leave` ends it, once. */
export interface LimitPlace {
  leave(end: CallEnd): void
}

/** A call that cannot be made now: when its lane opens, as far as is known, and what is in the way. */
export interface LimitRefusal {
  readonly waitMs: number
  readonly limit: LimitKind | null
}

export interface FleetLimiterDeps {
  readonly store: LimitStore
  readonly estimates: CallEstimates
  /** How often leases are extended. */
  readonly extendEveryMs: number
  readonly log: Logger
  /** Tells all processes that a place of a server became free. */
  tellFreed(server: string): Promise<unknown>
  readonly now?: () => number
}

export type FleetLimiter = ReturnType<typeof createFleetLimiter>

/**
 * Lets calls through as the limits of the whole fleet permit it. A model without limits costs nothing here. Without Redis
 * no call of a limited model is made.
 */
export function createFleetLimiter(deps: FleetLimiterDeps) {
  const { store, estimates, log, now = () => performance.now() } = deps
  const lanes = new Map<string, { lane: Lane; server: string; limit: LimitKind | null }>()
  const held = new Map<string, string>()
  const returning = new Set<Promise<unknown>>()

  function laneFor(model: Model, isBatch: boolean) {
    const name = laneOf(model, isBatch)
    const known = lanes.get(name)
    if (known) return known
    const entry = { lane: new Lane(now), server: model.server.name, limit: null }
    lanes.set(name, entry)
    return entry
  }

  const extending = setInterval(() => {
    const byServer = Map.groupBy(held, ([, server]) => server)
    for (const [server, leases] of byServer) {
      const ids = leases.map(([lease]) => lease)
      store.extend(server, ids).catch((err: unknown) => log.debug({ err }, 'leases could not be extended'))
    }
  }, deps.extendEveryMs).unref()

  function placeFreed(server: string): void {
    for (const entry of lanes.values()) if (entry.server === server) entry.lane.placeFreed()
  }

  async function ask(lease: string, call: LimitedCall): Promise<Reserved | null> {
    const { model, task, inputTokens, maxTokens, isBatch } = call
    const need = estimates.of(task, model.id, inputTokens, maxTokens, model.maxOutputTokens)
    try {
      return await store.reserve(lease, model, isBatch, need)
    } catch (err) {
      log.debug({ err, model: model.name }, 'the limits of a model cannot be asked now')
      return null
    }
  }

  function placeOf(lease: string, { model, task, inputTokens }: LimitedCall): LimitPlace {
    held.set(lease, model.server.name)
    return {
      leave(end) {
        if (!held.delete(lease)) return
        if (end.used && end.used.output > 0) estimates.learn(task, model.id, inputTokens, end.used)
        const returned = giveBack(lease, model, end).finally(() => returning.delete(returned))
        returning.add(returned)
      },
    }
  }

  /** Until it succeeds, or the lease has ended by itself. */
  async function giveBack(lease: string, model: Model, end: CallEnd): Promise<void> {
    const server = model.server.name
    for (let left = 3; left > 0; left -= 1) {
      try {
        const isWanted = await store.giveBack(lease, model, end)
        placeFreed(server)
        if (isWanted) await deps.tellFreed(server)
        return
      } catch (err) {
        log.debug({ err, model: model.name }, 'a lease could not be given back')
        await pause(deps.extendEveryMs, undefined, { ref: false })
      }
    }
  }

  return {
    /**
     * Waits until a call may be made, at most as long as a worker keeps a run for it. Null where its model has no limits.
     * @throws {ModelError} of kind `aborted` when `signal` fires meanwhile
     */
    async enter(call: LimitedCall, signal: AbortSignal): Promise<LimitPlace | LimitRefusal | null> {
      if (!isLimited(call.model)) return null
      const entry = laneFor(call.model, call.isBatch)
      const { lane } = entry
      const lease = newId()
      const ticket = lane.enter()
      const refusal = (): LimitRefusal => ({ waitMs: lane.closedFor(), limit: entry.limit })
      if (lane.mustWait() && (call.atOnce || !(await lane.turn(ticket, signal)))) return refusal()
      for (;;) {
        const reserved = await ask(lease, call)
        if (reserved?.granted) {
          lane.granted()
          return placeOf(lease, call)
        }
        const waitMs = reserved?.waitMs ?? UNKNOWN_MS
        entry.limit = reserved?.limit ?? null
        lane.close(waitMs * (1 + Math.random() * JITTER), entry.limit === 'concurrent')
        if (call.atOnce || !(await lane.turn(ticket, signal))) return refusal()
      }
    },

    /** How many runs of each lane may be claimed, where that is not any number. */
    limited(): ReadonlyMap<string, number> {
      const found = new Map<string, number>()
      for (const [name, { lane }] of lanes) if (!lane.isFree()) found.set(name, lane.places())
      return found
    },

    placeFreed,

    /** Resolves when what was reserved here is given back, as far as Redis can be reached. */
    async close(): Promise<void> {
      clearInterval(extending)
      await Promise.race([Promise.all(returning), pause(UNKNOWN_MS, undefined, { ref: false })])
    },
  }
}

export const isRefusal = (entered: LimitPlace | LimitRefusal): entered is LimitRefusal => 'waitMs' in entered

import { setInterval } from 'node:timers'
import { setTimeout as pause } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { newId } from '../../platform/ids.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Model } from '../model.ts'
import type { CallEstimates } from './call-estimates.ts'
import { Lanes } from './lanes.ts'
import type { CallEnd, LimitStore, Reserved } from './limit-store.ts'
import { isLimited, type LimitKind, ownerOfLane } from './rate-limits.ts'

/** Added to each wait, so that processes that were refused together do not come back together. */
const JITTER = 0.1
/** How long nothing is let through after Redis could not be asked, in ms. */
const UNKNOWN_MS = 1000

/** Lanes of one process whose servers are remembered. */
const MOST_LANES = 10_000

/** Between the parts of what is told of a free place: no name of a server has it. */
const SEPARATOR = '\n'
const freedPlace = (server: string, project: string): string => `${server}${SEPARATOR}${project}`

/** A call that wants to be let through. */
export interface LimitedCall {
  readonly model: Model
  /** The lane that its run waits in; see `laneOf`. */
  readonly lane: string
  readonly project: string
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
  /** How long the server asked the fleet to wait; 0 where it did not. */
  readonly askedMs: number
}

export interface FleetLimiterDeps {
  readonly store: LimitStore
  readonly estimates: CallEstimates
  /** How often leases are extended. */
  readonly extendEveryMs: number
  readonly log: Logger
  /** Tells all processes of a place that became free. */
  tellFreed(place: string): Promise<unknown>
  readonly now?: () => number
}

export type FleetLimiter = ReturnType<typeof createFleetLimiter>

/**
 * Lets calls through as the limits of the whole fleet permit it. A model without limits costs nothing here. Without Redis
 * no call of a limited model is made.
 */
export function createFleetLimiter(deps: FleetLimiterDeps) {
  const { store, estimates, log, now = () => performance.now() } = deps
  const lanes = new Lanes(now)
  /** Of each lane: its server, and the limit that was last in its way. */
  const about = new LRUCache<string, { server: string; limit: LimitKind | null }>(atMost(MOST_LANES))
  const held = new Map<string, string>()
  const returning = new Set<Promise<unknown>>()

  function aboutLane({ lane, model }: Pick<LimitedCall, 'lane' | 'model'>) {
    const known = about.get(lane) ?? { server: model.server.name, limit: null }
    about.set(lane, known)
    return known
  }

  const extending = setInterval(() => {
    lanes.forgetIdle()
    const byServer = Map.groupBy(held, ([, server]) => server)
    for (const [server, leases] of byServer) {
      const ids = leases.map(([lease]) => lease)
      store.extend(server, ids).catch((err: unknown) => log.debug({ err }, 'leases could not be extended'))
    }
  }, deps.extendEveryMs).unref()

  /** Opens the lanes that a place is for which became free. */
  function placeFreed(place: string): void {
    const [server, project = ''] = place.split(SEPARATOR)
    for (const [name, lane] of lanes.known()) {
      if (about.peek(name)?.server !== server) continue
      if (project === '' || ownerOfLane(name)?.project === project) lane.placeFreed()
    }
  }

  async function ask(lease: string, call: LimitedCall): Promise<Reserved | null> {
    const { model, project, task, inputTokens, maxTokens, isBatch } = call
    const need = estimates.of(task, model.id, inputTokens, maxTokens, model.maxOutputTokens)
    try {
      return await store.reserve(lease, model, { project, isBatch }, need)
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
        const project = await store.giveBack(lease, model, end)
        placeFreed(freedPlace(server, project ?? ''))
        if (project !== null) await deps.tellFreed(freedPlace(server, project))
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
      const entry = aboutLane(call)
      const lane = lanes.of(call.lane)
      const lease = newId()
      const ticket = lane.enter()
      const refusal = (): LimitRefusal => ({
        ...{ waitMs: lane.closedFor(), limit: entry.limit, askedMs: lane.askedFor() },
      })
      if (lane.mustWait() && (call.atOnce || !(await lane.turn(ticket, signal)))) return refusal()
      for (;;) {
        const reserved = await ask(lease, call)
        if (reserved?.granted) {
          lane.granted()
          return placeOf(lease, call)
        }
        const waitMs = reserved?.waitMs ?? UNKNOWN_MS
        entry.limit = reserved?.limit ?? null
        if (reserved) lane.asked(reserved.askedMs)
        lane.close(waitMs * (1 + Math.random() * JITTER), entry.limit === 'concurrent')
        if (call.atOnce || !(await lane.turn(ticket, signal))) return refusal()
      }
    },

    /** How many runs of each lane that is known may be claimed; Infinity for any number. */
    places: () => lanes.places(),

    /** How many ms the server of a lane's model asked the fleet to wait, as far as is known here; 0 where it did not. */
    askedFor: (lane: string): number => lanes.find(lane)?.askedFor() ?? 0,

    /** Makes a lane known whose runs wait for something else first. */
    know(call: Pick<LimitedCall, 'lane' | 'model'>): void {
      if (isLimited(call.model)) lanes.of(call.lane)
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

import { LRUCache } from 'lru-cache'
import { sharedNow } from '../../platform/clock.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { Model } from '../model.ts'
import type { ModelRegistry } from '../model-registry.ts'
import { limitKeys } from './limit-keys.ts'
import { markOf } from './limit-store.ts'
import {
  type EstimateUsage,
  estimatesOf,
  type LimitUsage,
  type LimitWait,
  usageOf,
  waitsOf,
} from './limit-usage.ts'
import { isLimited, LIMIT_NAMES, type LimitKind, modelOfLane, ownerOfLane } from './rate-limits.ts'

/** The limit that a run waits for. */
export interface WaitingOn {
  readonly type: 'model' | 'server' | 'budget'
  /** Of the model, the server or the budget. */
  readonly name: string
  /** As in the models file; `server` where the server itself asked to wait. */
  readonly limit: string
  /** When it may be tried again, ms since the epoch. */
  readonly until: number
}

/** How old an answer may be, in ms: a list of runs asks once. */
const FRESH_MS = 100
/** After its time is over, a limit is still what a run waits for until somebody has tried. */
const GRACE_MS = 250

export type LimitReader = ReturnType<typeof createLimitReader>

/** What limits were last in the way of. Costs nothing for models without limits. */
export function createLimitReader(redis: Redis, models: ModelRegistry) {
  const cache = new LRUCache<string, { found: WaitingOn | null }, Model>({
    max: 1000,
    ttl: FRESH_MS,
    fetchMethod: async (lane, _, { context }) => ({ found: await read(context, lane) }),
  })

  async function read({ id, name, server }: Model, lane: string): Promise<WaitingOn | null> {
    const owner = ownerOfLane(lane)
    if (!owner) return null
    const mark = `${markOf(owner.isBatch)}${owner.project}`
    const texts = await redis.hmget(limitKeys(server.name).levels, `${id}|${mark}`, `server|${mark}`)
    const found = texts.map(parse)
    const now = sharedNow() - GRACE_MS
    const [own, whole] = found.map((each) => (each && each.until > now ? each : null))
    const last = (own?.until ?? 0) >= (whole?.until ?? 0) ? own : whole
    if (!last) return null
    const type = last === own ? 'model' : 'server'
    return { type, name: type === 'model' ? name : server.name, ...last }
  }

  return {
    /** How far the limits of all models are used, who waits for them, and how well calls are estimated. */
    async usage(): Promise<{ limits: LimitUsage[]; waits: LimitWait[]; estimates: EstimateUsage[] }> {
      const limited = models.list({ includeRetired: true }).filter(isLimited)
      const servers = [...new Set(limited.map(({ server }) => server))]
      const levels = new Map(
        await Promise.all(
          servers.map(async ({ name }) => [name, await redis.hgetall(limitKeys(name).levels)] as const),
        ),
      )
      const scopes = [
        ...servers.map(({ name, limits }) => ({
          ...{ type: 'server' as const, name, scope: 'server', server: name, limits },
        })),
        ...limited.map(({ id, name, limits, server }) => ({
          ...{ type: 'model' as const, name, scope: id, server: server.name, limits },
        })),
      ]
      const now = sharedNow()
      const found = scopes.flatMap(({ limits, server, ...each }) =>
        limits ? [{ ...each, limits, levels: levels.get(server) ?? {}, now }] : [],
      )
      return {
        limits: found.flatMap(usageOf),
        waits: found.flatMap((each) => waitsOf(each, each.scope, each.levels, now - GRACE_MS)),
        estimates: found.flatMap((each) => estimatesOf(each, each.scope, each.levels) ?? []),
      }
    },

    /** What the runs of a lane (see `laneOf`) wait for now; null for nothing that is known. */
    async waitingOn(lane: string): Promise<WaitingOn | null> {
      const model = models.configured(modelOfLane(lane))
      if (!model || !isLimited(model)) return null
      return (await cache.fetch(lane, { context: model }))?.found ?? null
    },
  }
}

function parse(text: string | null): { limit: string; until: number } | null {
  const [kind, until] = (text ?? '').split(' ')
  return kind && until ? { limit: LIMIT_NAMES[kind as LimitKind] ?? kind, until: Number(until) } : null
}

import type { Redis } from '../../platform/redis/redis.ts'
import { loadScript, type Script, type ScriptFamily } from '../../platform/redis/script.ts'
import type { Model } from '../model.ts'
import { LIMIT_LAYOUT, limitKeys, limitPrefix } from './limit-keys.ts'
import { type LimitKind, RATES, type RateLimits } from './rate-limits.ts'

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)
const FAMILY: ScriptFamily = {
  layout: LIMIT_LAYOUT,
  prefix: 'KEYS[1]',
  shared: [file('shared'), file('fair')],
}
const reserve: Script = loadScript(file('reserve'), FAMILY)
const giveBack: Script = loadScript(file('return'), FAMILY)
const extend: Script = loadScript(file('extend'), FAMILY)

/** Work that nobody waits for leaves this share of each limit to calls that somebody waits for. */
const LEFT_BY_BATCH = 0.3
/** Calls that are made for no caller at all leave this share to all others. */
const LEFT_BY_SHADOWS = 0.6
/** Leases that one script extends. */
const EXTEND_MOST = 500

/** What a call is expected to use. */
export interface CallEstimate {
  readonly input: number
  readonly output: number
}

/** What a server says of its limits, by dimension in the order of RATES; null where it says nothing. */
export interface SaidLimits {
  readonly left: readonly (number | null)[]
  readonly limits: readonly (number | null)[]
}

export interface CallEnd {
  /** Null: it is not known what the call used, so that what was reserved counts as used. */
  readonly used: CallEstimate | null
  /** How long the server asked to wait, in ms; 0 when it did not. */
  readonly pauseMs: number
  readonly said: SaidLimits | null
}

export type Reserved =
  | { readonly granted: true; readonly room: number }
  | {
      readonly granted: false
      readonly waitMs: number
      readonly limit: LimitKind
      readonly scope: string
      /** The part of the wait that the server asked for; 0 where it did not. */
      readonly askedMs: number
    }

export type LimitStore = ReturnType<typeof createLimitStore>

/**
 * The limits of models and servers, which the whole fleet keeps together. What a call is expected to use is reserved
 * before it, and corrected after it, by one script each. A lease ends `leaseMs` after it was last extended.
 */
export function createLimitStore(redis: Redis, leaseMs: number) {
  return {
    async reserve(
      lease: string,
      model: Model,
      { project, isBatch }: { project: string; isBatch: boolean | 'shadow' },
      need: CallEstimate,
    ): Promise<Reserved> {
      const isShadow = isBatch === 'shadow'
      const floor = isShadow ? LEFT_BY_SHADOWS : isBatch ? LEFT_BY_BATCH : 0
      const own = [lease, leaseMs, floor, isShadow ? '' : markOf(isBatch), project]
      const args = [...own, need.input, need.output, ...scopesOf(model)]
      const [granted, number, scope, limit, askedMs] = (await reserve(
        redis,
        [limitPrefix(model.server.name)],
        args,
      )) as [number, number, string, LimitKind, number]
      return granted === 1
        ? { granted: true, room: number }
        : { granted: false, waitMs: number, scope, limit, askedMs }
    },

    /**
     * Ends a lease; a second time it only notes what the server said. Returns the project that the place is for which became
     * free, '' when it may be any; null when nobody waits for one.
     */
    async giveBack(lease: string, model: Model, { used, pauseMs, said }: CallEnd): Promise<string | null> {
      const ofServer = [...(said?.left ?? NOTHING), ...(said?.limits ?? NOTHING)].map((each) => each ?? '')
      const args = [lease, used?.input ?? '', used?.output ?? '', Math.ceil(pauseMs), ...ofServer]
      const reply = await giveBack(redis, [limitPrefix(model.server.name)], [...args, ...scopesOf(model)])
      const [wanted, project] = reply as [number, string]
      return wanted === 1 ? project : null
    },

    async extend(server: string, leases: readonly string[]): Promise<void> {
      for (let at = 0; at < leases.length; at += EXTEND_MOST) {
        await extend(redis, [limitPrefix(server)], [leaseMs, ...leases.slice(at, at + EXTEND_MOST)])
      }
    },

    /** All that is known of a server and its models, by `<scope>|<what>`; see LIMIT_LAYOUT. */
    read: (server: string): Promise<Record<string, string>> => redis.hgetall(limitKeys(server).levels),
  }
}

const NOTHING = RATES.map(() => null)

/** The mark of the calls of a project's lane, before its id; see LIMIT_LAYOUT. */
export const markOf = (isBatch: boolean): string => (isBatch ? 'blocked.batch:' : 'blocked:')

/** The scopes of a model's calls, the nearest one first. */
function scopesOf({ id, limits, server }: Model): (string | number)[] {
  return [...(limits ? scopeOf(id, limits) : []), ...(server.limits ? scopeOf('server', server.limits) : [])]
}

const scopeOf = (name: string, limits: RateLimits): (string | number)[] => [
  name,
  limits.learned ? '1' : '',
  ...RATES.map((rate) => limits[rate] ?? ''),
  limits.concurrent ?? '',
]

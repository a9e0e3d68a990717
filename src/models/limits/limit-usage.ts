import { LIMIT_NAMES, type LimitKind, RATES, type RateLimits } from './rate-limits.ts'

/** How far one limit is used. */
export interface LimitUsage {
  readonly type: 'model' | 'server'
  readonly name: string
  /** As in the models file. */
  readonly limit: string
  readonly most: number
  /** Of a rate: what is left of a minute's worth, below 0 for a debt. Of calls in flight: how many more may be. */
  readonly left: number
  /** How often calls were refused for it. */
  readonly refused: number
}

/** How well the tokens of calls of a model or a server are estimated; of calls whose tokens are known. */
export interface EstimateUsage {
  readonly type: 'model' | 'server'
  readonly name: string
  /** Reserved before the calls, and really used. */
  readonly reserved: number
  readonly used: number
}

const DIMENSIONS = ['requests', 'tokens', 'input', 'output'] as const
const MINUTE = 60_000

/** A project whose calls wait for a limit. */
export interface LimitWait {
  readonly type: 'model' | 'server'
  readonly name: string
  readonly limit: string
  readonly project: string
}

/** Reads which projects wait for the limits of a scope: those that were refused, until they were told to try again. */
export function waitsOf(
  { type, name }: Pick<LimitUsage, 'type' | 'name'>,
  scope: string,
  levels: Readonly<Record<string, string>>,
  now: number,
): LimitWait[] {
  const found = new Map<string, LimitWait>()
  for (const [field, value] of Object.entries(levels)) {
    const project = field.startsWith(`${scope}|blocked`) ? field.slice(field.indexOf(':') + 1) : null
    const [kind = '', until] = value.split(' ')
    if (project === null || Number(until) < now) continue
    const limit = LIMIT_NAMES[kind as LimitKind] ?? kind
    found.set(`${limit} ${project}`, { type, name, limit, project })
  }
  return [...found.values()]
}

/** Reads how well calls of a scope are estimated; null where no tokens are limited, or no call has ended. */
export function estimatesOf(
  { type, name }: Pick<LimitUsage, 'type' | 'name'>,
  scope: string,
  levels: Readonly<Record<string, string>>,
): EstimateUsage | null {
  const used = levels[`${scope}|tokens-used`]
  if (used === undefined) return null
  return { type, name, reserved: Number(levels[`${scope}|tokens-reserved`] ?? 0), used: Number(used) }
}

/** Reads the usage of a scope's limits from what LIMIT_LAYOUT keeps of it. */
export function usageOf(options: {
  readonly type: LimitUsage['type']
  readonly name: string
  readonly scope: string
  readonly limits: RateLimits
  readonly levels: Readonly<Record<string, string>>
  readonly now: number
}): LimitUsage[] {
  const { type, name, scope, limits, levels, now } = options
  const known = (what: string): number | null => {
    const text = levels[`${scope}|${what}`]
    return text === undefined ? null : Number(text)
  }
  const usage = (kind: LimitKind, most: number, left: number): LimitUsage => ({
    ...{ type, name, limit: LIMIT_NAMES[kind], most, left },
    refused: known(`refused:${kind}`) ?? 0,
  })
  const passed = Math.max(0, now - (known('at') ?? now))
  const rates = DIMENSIONS.flatMap((kind, at) => {
    const rate = RATES[at]
    const most = (rate && limits[rate]) ?? (limits.learned ? known(`limit:${kind}`) : null)
    if (!most) return []
    return [usage(kind, most, Math.min(most, (known(kind) ?? most) + (passed * most) / MINUTE))]
  })
  const { concurrent } = limits
  if (concurrent === undefined) return rates
  return [...rates, usage('concurrent', concurrent, concurrent - (known('places') ?? 0))]
}

/** What the whole fleet together may ask of a model or a server. An absent member is no limit. */
export interface RateLimits {
  readonly requestsPerMinute?: number
  /** Input and output together. */
  readonly tokensPerMinute?: number
  readonly inputTokensPerMinute?: number
  readonly outputTokensPerMinute?: number
  /** Calls in flight. */
  readonly concurrent?: number
  /** True: limits that are not given here are learned from the `x-ratelimit-limit-*` headers of the server. */
  readonly learned?: boolean
}

/** What is counted per minute, in the order that scripts have it. */
export const RATES = [
  'requestsPerMinute',
  'tokensPerMinute',
  'inputTokensPerMinute',
  'outputTokensPerMinute',
] as const

/** The names of limits on the wire and in metrics, by what scripts call them. */
export const LIMIT_NAMES = {
  requests: 'requests_per_minute',
  tokens: 'tokens_per_minute',
  input: 'input_tokens_per_minute',
  output: 'output_tokens_per_minute',
  concurrent: 'concurrent',
  paused: 'server',
} as const

export type LimitKind = keyof typeof LIMIT_NAMES

/** The part of a model that says how it is limited. */
export interface Limited {
  readonly id: string
  readonly limits?: RateLimits
  readonly server: { readonly limits?: RateLimits }
}

export const isLimited = ({ limits, server }: Omit<Limited, 'id'>): boolean =>
  limits !== undefined || server.limits !== undefined

/** Whose a lane is. */
export interface LaneOwner {
  readonly project: string
  /** True for runs that nobody waits for. */
  readonly isBatch: boolean
  /** True for runs that count under a hard budget. */
  readonly isHard: boolean
  /** True for runs that do not wait for limits: they are claimed whether there is room or not. */
  readonly atOnce: boolean
}

const AT_ONCE = 'now.'
const BATCH = 'batch.'
const HARD = 'hard.'

/**
 * The name under which a run waits for a model. Where the model is limited, or its project has hard budgets, each project
 * has lanes of its own: so its runs are held back without holding back others. Of a limited model, runs that nobody
 * waits for have lanes of their own, too, and so have, of any model, those that do not wait for limits.
 */
export function laneOf(model: Limited, { project, isBatch, isHard, atOnce }: LaneOwner): string {
  const limited = isLimited(model)
  if (!limited && !isHard && !atOnce) return model.id
  const kind = `${atOnce ? AT_ONCE : ''}${limited && isBatch ? BATCH : ''}${isHard ? HARD : ''}`
  return `${model.id}.${kind}${project}`
}

/** All lanes that runs of a project may wait in for a model. */
export function lanesOf(model: Limited, project: string): string[] {
  const either = [false, true]
  const owners = either.flatMap((atOnce) =>
    either.flatMap((isBatch) => either.map((isHard) => ({ project, isBatch, isHard, atOnce }))),
  )
  return [...new Set([model.id, ...owners.map((owner) => laneOf(model, owner))])]
}

/** The id of the model of a lane. */
export function modelOfLane(lane: string): string {
  const end = lane.indexOf('.')
  return end < 0 ? lane : lane.slice(0, end)
}

/** Whose lane it is; null for one that runs of all projects wait in. */
export function ownerOfLane(lane: string): LaneOwner | null {
  const end = lane.indexOf('.')
  if (end < 0) return null
  let owner = lane.slice(end + 1)
  const atOnce = owner.startsWith(AT_ONCE)
  if (atOnce) owner = owner.slice(AT_ONCE.length)
  const isBatch = owner.startsWith(BATCH)
  if (isBatch) owner = owner.slice(BATCH.length)
  const isHard = owner.startsWith(HARD)
  return { atOnce, isBatch, isHard, project: isHard ? owner.slice(HARD.length) : owner }
}

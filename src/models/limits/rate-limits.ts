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

const BATCH = '.batch'

/**
 * The name under which a run waits for a model. Runs that nobody waits for have one of their own where a model is
 * limited: so they are held back without holding back those that somebody waits for.
 */
export function laneOf(model: Limited, isBatch: boolean): string {
  return isBatch && isLimited(model) ? `${model.id}${BATCH}` : model.id
}

/** Both lanes of a model. */
export const lanesOf = (model: string): readonly string[] => [model, `${model}${BATCH}`]

/** The id of the model of a lane. */
export const modelOfLane = (lane: string): string =>
  lane.endsWith(BATCH) ? lane.slice(0, -BATCH.length) : lane

import type { LimitState, Unit } from './policy.ts'

/** Seconds that a rate is of. Of runs in flight there is no window. */
const WINDOW = 60
const SHORT: Readonly<Record<Unit, string>> = {
  requests_per_minute: 'requests',
  tokens_per_minute: 'tokens',
  concurrent_runs: 'concurrent',
}

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10): a member for each limit, named by its
 * policy and its unit.
 */
export function rateLimitHeaders(states: readonly LimitState[]): Record<string, string> {
  if (states.length === 0) return {}
  const policies = states.map(({ policy, unit, most }) => {
    const window = unit === 'concurrent_runs' ? '' : `;w=${WINDOW}`
    const quota = unit === 'requests_per_minute' ? '' : `;qu="${SHORT[unit]}"`
    return `"${policy}.${SHORT[unit]}";q=${most}${quota}${window}`
  })
  const limits = states.map(({ policy, unit, left, resetMs }) => {
    const reset = unit === 'concurrent_runs' ? '' : `;t=${Math.ceil(resetMs / 1000)}`
    return `"${policy}.${SHORT[unit]}";r=${Math.max(0, Math.floor(left))}${reset}`
  })
  return { 'RateLimit-Policy': policies.join(', '), RateLimit: limits.join(', ') }
}

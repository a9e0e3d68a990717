import type { Attempt } from '../run.ts'
import type { ResetReason } from '../store/live-texts.ts'

/** Which attempt a text is of, see `LiveHead`. */
export const epochOf = ({ fence, number }: Pick<Attempt, 'fence' | 'number'>): string => `${fence}-${number}`

/**
 * Why what was shown of a run is void when a model is called anew.
 * @param attempts of the run
 * @param shown the epoch of what was shown
 * @param model that is called now
 */
export function resetReason(attempts: readonly Attempt[], shown: string, model: string | null): ResetReason {
  const said = attempts.find((attempt) => epochOf(attempt) === shown)
  // A worker that stops leaves no trace of the attempt that it broke off.
  if (!said || said.outcome === 'lost' || said.outcome === 'open') return 'lost'
  if (said.model !== model) return 'fallback'
  return said.outcome === 'invalid' ? 'repair' : 'retry'
}

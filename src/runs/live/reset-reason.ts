import type { Attempt } from '../run.ts'
import type { ResetReason } from '../store/live-texts.ts'

/**
 * Why a model is called anew, from the attempts of the run before the call.
 * @param model its name
 */
export function resetReason(earlier: readonly Attempt[], model: string): ResetReason {
  const last = earlier.findLast(({ outcome }) => outcome !== 'open')
  // A worker that stopped leaves no trace of the attempt that it broke off.
  if (!last || last.outcome === 'lost') return 'lost'
  if (last.model !== model) return 'fallback'
  return last.outcome === 'invalid' ? 'repair' : 'retry'
}

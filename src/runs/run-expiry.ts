import type { RunRequest } from './run.ts'

/** True when a run expires at the time `now`: its deadline is reached, or it was not claimed before `startBy`. */
export function isLate(request: RunRequest, claimed: number | null, now: number): boolean {
  return now >= request.deadline || (claimed ?? now) >= request.startBy
}

/** When a queued run expires, in ms since the epoch: for one whose model was asked, `startBy` no longer counts. */
export const expiryOf = (
  { startBy, deadline }: Pick<RunRequest, 'startBy' | 'deadline'>,
  wasAsked: boolean,
): number => (wasAsked ? deadline : startBy)

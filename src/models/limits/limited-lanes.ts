import type { FleetLimiter } from './fleet-limiter.ts'
import type { ModelLimiters } from './model-limiter.ts'
import { lanesOf } from './rate-limits.ts'

/** How many runs of each lane a worker may claim: as this process and the fleet limit it. */
export function limitedLanes(
  limiters: Pick<ModelLimiters, 'limited'>,
  fleet: Pick<FleetLimiter, 'limited'>,
): ReadonlyMap<string, number> {
  const ofModels = limiters.limited()
  const ofLanes = fleet.limited()
  if (ofLanes.size === 0) return ofModels
  const lowest = new Map(ofLanes)
  for (const [model, places] of ofModels) {
    for (const lane of lanesOf(model)) {
      if (lane === model || lowest.has(lane)) {
        lowest.set(lane, Math.min(places, lowest.get(lane) ?? Number.POSITIVE_INFINITY))
      }
    }
  }
  return lowest
}

import type { FleetLimiter } from './fleet-limiter.ts'
import type { Lanes } from './lanes.ts'
import type { ModelLimiters } from './model-limiter.ts'
import { modelOfLane, ownerOfLane } from './rate-limits.ts'

/** How many runs of each lane a worker may claim: as this process, the fleet, and budgets limit it. */
export function limitedLanes(
  limiters: Pick<ModelLimiters, 'limited'>,
  ...others: readonly Pick<Lanes, 'places'>[]
): ReadonlyMap<string, number> {
  const ofModels = limiters.limited()
  const ofLanes = others.flatMap((lanes) => [...lanes.places()])
  if (ofLanes.length === 0) return ofModels
  const lowest = new Map(ofModels)
  for (const [lane, places] of ofLanes) {
    // Who does not wait for limits is told of them by a worker.
    const waits = !ownerOfLane(lane)?.atOnce
    const ofModel = (waits ? ofModels.get(modelOfLane(lane)) : null) ?? Number.POSITIVE_INFINITY
    const most = Math.min(places, ofModel, lowest.get(lane) ?? Number.POSITIVE_INFINITY)
    if (most !== Number.POSITIVE_INFINITY) lowest.set(lane, most)
  }
  return lowest
}

/** For how many ms the server of a lane's model asked not to be called, as this process and the fleet know; 0 where it did not. */
export const askedWaitOf = (
  limiters: Pick<ModelLimiters, 'askedFor'>,
  fleet: Pick<FleetLimiter, 'askedFor'>,
  lane: string,
): number => Math.max(limiters.askedFor(modelOfLane(lane)), fleet.askedFor(lane))

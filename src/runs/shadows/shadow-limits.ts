import { createFleetLimiter, type FleetLimiterDeps } from '../../models/limits/fleet-limiter.ts'
import { createModelLimiters, type ModelLimiters } from '../../models/limits/model-limiter.ts'

/**
 * Limiters of shadow runs. They stand back from a model as soon as callers' runs are held back, and what their own calls
 * meet is not held against those. A wait that is asked for says nothing of the revision: they wait for it like for a limit.
 */
export function shadowLimiters(callers: Pick<ModelLimiters, 'limited'>): ModelLimiters {
  const own = createModelLimiters()
  const enter = (model: string) => !callers.limited().has(model) && own.enter(model)
  return { ...own, enter, askedFor: () => 0 }
}

/** Lets calls of shadow runs through where most of each limit is free; whoever is refused here keeps nobody waiting. */
export function shadowFleet({ store, ...deps }: FleetLimiterDeps) {
  const reserve: typeof store.reserve = async (lease, model, { project }, need) => {
    const reserved = await store.reserve(lease, model, { project, isBatch: 'shadow' }, need)
    return reserved.granted ? reserved : { ...reserved, askedMs: 0 }
  }
  return createFleetLimiter({ ...deps, store: { ...store, reserve } })
}

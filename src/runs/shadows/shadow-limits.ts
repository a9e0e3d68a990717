import { createFleetLimiter, type FleetLimiterDeps } from '../../models/limits/fleet-limiter.ts'
import { createModelLimiters, type ModelLimiters } from '../../models/limits/model-limiter.ts'

/**
 * Limiters of shadow runs. They stand back from a model as soon as callers' runs are held back, and what their own calls
 * meet is not held against those.
 */
export function shadowLimiters(callers: Pick<ModelLimiters, 'limited'>): ModelLimiters {
  const own = createModelLimiters()
  return { ...own, enter: (model) => !callers.limited().has(model) && own.enter(model) }
}

/** Lets calls of shadow runs through where most of each limit is free; whoever is refused here keeps nobody waiting. */
export function shadowFleet({ store, ...deps }: FleetLimiterDeps) {
  const reserve: typeof store.reserve = (lease, model, { project }, need) =>
    store.reserve(lease, model, { project, isBatch: 'shadow' }, need)
  return createFleetLimiter({ ...deps, store: { ...store, reserve } })
}

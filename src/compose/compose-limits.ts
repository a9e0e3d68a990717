import { setInterval } from 'node:timers'
import { createCallEstimates } from '../models/limits/call-estimates.ts'
import { createFleetLimiter } from '../models/limits/fleet-limiter.ts'
import { Lanes } from '../models/limits/lanes.ts'
import { createLimitStore } from '../models/limits/limit-store.ts'
import { publisherOf } from '../platform/redis/channel-listener.ts'
import { shardKeys } from '../runs/store/run-keys.ts'
import type { Core } from './compose-core.ts'

/** What a worker asks before it calls models that are limited, and what it has to listen to for that. */
export function composeLimits({ config, redis, lifecycle, log }: Core) {
  const leaseMs = config.lockDuration * 1000
  const channel = shardKeys(0).freed
  const parts = {
    store: createLimitStore(redis, leaseMs),
    estimates: createCallEstimates(),
    extendEveryMs: leaseMs / 3,
    log,
    tellFreed: publisherOf(redis, channel),
  }
  const fleet = createFleetLimiter(parts)
  lifecycle.onClose('limits', () => fleet.close())
  const budgetLanes = new Lanes()
  const forgetting = setInterval(() => budgetLanes.forgetIdle(), leaseMs).unref()
  lifecycle.onClose('lanes of budgets', () => clearInterval(forgetting))
  return { fleet, parts, budgetLanes, also: { [channel]: fleet.placeFreed } }
}

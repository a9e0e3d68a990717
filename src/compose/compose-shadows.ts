import type { RunWorker } from '../../workers/run-worker.ts'
import { type ShadowWorker, startShadowWorker } from '../../workers/shadow.worker.ts'
import { Lanes } from '../models/limits/lanes.ts'
import { watchLoop } from '../platform/event-loop/watch-loop.ts'
import type { ExecuteRunDeps } from '../runs/execute/execute-run.ts'
import { createExecutions } from '../runs/execute/executions.ts'
import { createLeaveShadow, type LeaveShadow } from '../runs/shadows/leave-shadow.ts'
import { runShadow } from '../runs/shadows/run-shadow.ts'
import { shadowFleet, shadowLimiters } from '../runs/shadows/shadow-limits.ts'
import { createWatchWanted } from '../runs/shadows/watch-wanted.ts'
import { type Core, shardsOf } from './compose-core.ts'
import type { composeLimits } from './compose-limits.ts'

/** Shadow runs of this process: left by callers' runs that end in it, and made beside them. */
export interface Shadows {
  readonly leaveShadow: LeaveShadow
  /** Begins to make them. */
  start(deps: ExecuteRunDeps, workers: readonly RunWorker[]): ShadowWorker
}

export function composeShadows(core: Core, limits: ReturnType<typeof composeLimits>): Shadows {
  const { config, lifecycle, log, names, shadows } = core
  let worker: ShadowWorker | null = null
  const { leaveShadow, allLeft } = createLeaveShadow({
    shadows,
    names,
    log,
    onLeft: (shard) => worker?.wake(shard),
  })
  lifecycle.onClose('shadow runs to be made', allLeft)
  return {
    leaveShadow,
    start(deps, workers) {
      const fleet = shadowFleet(limits.parts)
      lifecycle.onClose('limits of shadow runs', () => fleet.close())
      const executions = createExecutions()
      const own = {
        ...{ ...deps, shadows, fleet, redis: core.redis, executions },
        watchWanted: createWatchWanted(core.tasks, executions),
        limiters: shadowLimiters(deps.limiters),
        // What they wait for in their budgets keeps no caller's run waiting.
        budgetLanes: new Lanes(),
        shadowPatienceMs: config.shadowPatience * 1000,
      }
      const busy = watchLoop()
      worker = startShadowWorker({
        ...{ shards: shardsOf(config), shadows, log, concurrency: config.shadowConcurrency },
        leaseMs: config.lockDuration * 1000,
        // They are made for nobody: callers' runs get the time that there is.
        graceMs: config.shutdownGrace * 500,
        room() {
          const isFull = workers.some((each) => each.active() >= config.concurrency)
          if (!deps.health.well || isFull) return 'none'
          return busy() <= config.shadowBusy ? 'enough' : 'little'
        },
        execute: (taken, stopping) => runShadow(own, taken, stopping),
      })
      return worker
    },
  }
}

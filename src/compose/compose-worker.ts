import { startRunWorker } from '../../workers/run.worker.ts'
import type { RunWorker } from '../../workers/run-worker.ts'
import { askedWaitOf, limitedLanes } from '../models/limits/limited-lanes.ts'
import { createModelLimiters } from '../models/limits/model-limiter.ts'
import { newId } from '../platform/ids.ts'
import { queuePrefix } from '../queue/bullmq-keys.ts'
import { countFiles } from '../runs/execute/count-files.ts'
import { executeRun } from '../runs/execute/execute-run.ts'
import { createExecutions } from '../runs/execute/executions.ts'
import { followCancels } from '../runs/execute/follow-cancels.ts'
import { createRunDurations } from '../runs/execute/run-durations.ts'
import { createLiveOutputs } from '../runs/live/live-outputs.ts'
import { shardKeys } from '../runs/store/run-keys.ts'
import { type Core, shardsOf, warnOfRedis } from './compose-core.ts'
import {
  composeDocumentProcesses,
  composeImageProcesses,
  composeWorkerHealth,
  sayWhatIsWrongWithFiles,
} from './compose-files.ts'
import { composeFetching } from './compose-inputs.ts'
import { composeJanitor } from './compose-janitor.ts'
import { composeLimits } from './compose-limits.ts'
import { composeModelClient } from './compose-model-client.ts'
import { openProcessPort, workerState } from './compose-process-port.ts'
import { composeShadows } from './compose-shadows.ts'
import { sayThatAnswersAreSimulated } from './compose-simulated-model.ts'

const LONGEST_BACKOFF_MS = 30_000

/** Starts the workers of this process, one per shard, and its part of the janitor. */
export async function composeWorker(
  core: Core,
): Promise<{ workers: RunWorker[]; processPort: number | null }> {
  const {
    config,
    log,
    lifecycle,
    tracer,
    connections,
    redis,
    tasks,
    runs,
    names,
    models,
    files,
    fileHome,
    processors,
  } = core
  warnOfRedis(core)
  sayThatAnswersAreSimulated(core)
  sayWhatIsWrongWithFiles(core)
  const client = composeModelClient(core)
  const limits = composeLimits(core)
  const shadows = composeShadows(core, limits)
  const executions = createExecutions()
  const durations = config.otlpEndpoint && config.metricsPort !== null ? createRunDurations() : null
  const cancels = shardsOf(config).map((shard) => {
    const connection = connections.blocking(`cancels:${shard}`, queuePrefix(shard))
    const also = shard === 0 ? { [shardKeys(0).watching]: core.tellEnds.onWatching, ...limits.also } : {}
    return followCancels({ redis: connection, shard, runs, executions, log, also })
  })
  lifecycle.onClose('cancels', () => Promise.all(cancels.map((follower) => follower.close())))
  const counted = countFiles(files, runs)
  const deps = {
    ...{ tracer, tasks, runs, names, models, client, fileHome, log, executions, durations },
    files: counted,
    health: composeWorkerHealth(core),
    limiters: createModelLimiters(),
    fleet: limits.fleet,
    budgets: core.budgets,
    budgetLanes: limits.budgetLanes,
    outputs: createLiveOutputs({ runs, log, responseLimit: config.responseLimit }),
    leaveShadow: shadows.leaveShadow,
    sharing: { ...core, ...config, files: counted },
    settleTimeoutMs: config.settlePatience * 1000,
    retry: {
      maxAttempts: config.modelAttempts,
      baseMs: config.modelBackoff * 1000,
      capMs: LONGEST_BACKOFF_MS,
    },
    responseLimit: config.responseLimit,
    outputFileMax: config.outputFileMax,
    modelErrorWords: config.modelErrorWords,
    imagePixelsMax: config.imagePixelsMax,
    ignoreInputProcessors: config.ignoreInputProcessors,
    imageProcesses: composeImageProcesses(core),
    documents: composeDocumentProcesses(core),
    processors,
    ...composeFetching(core),
    promptMax: config.promptMax,
    modelImagesMax: config.modelImagesMax,
    worker: newId(),
  }
  const workers = shardsOf(config).map((shard) =>
    startRunWorker({
      shard,
      runs,
      worker: deps.worker,
      claimsMax: config.claimsMax,
      connection: connections.blocking(`worker:${shard}`, queuePrefix(shard)),
      dispatchConnection: connections.blocking(`dispatch:${shard}`, queuePrefix(shard)),
      concurrency: config.concurrency,
      limited: () => limitedLanes(deps.limiters, deps.fleet, deps.budgetLanes),
      askedFor: (lane) => askedWaitOf(deps.limiters, deps.fleet, lane),
      health: deps.health,
      lockDurationMs: config.lockDuration * 1000,
      stalledIntervalMs: config.stalledInterval * 1000,
      log,
      graceMs: config.shutdownGrace * 1000,
      execute: (claim, side) => executeRun(deps, claim, side),
    }),
  )
  const janitor = composeJanitor(core)
  const beside = shadows.start(deps, workers)
  lifecycle.onClose('workers', () =>
    Promise.all([...workers, janitor, beside].map((worker) => worker.close())),
  )
  const state = workerState(redis, workers, deps.health, janitor.foreignFiles)
  durations?.exposeIn(state.metrics)
  return { workers, processPort: await openProcessPort(core, state) }
}

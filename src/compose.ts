import { resolve } from 'node:path'
import { type RunWorker, startRunWorker } from '../workers/run.worker.ts'
import { composeAccess } from './compose-access.ts'
import { composeFiles, composeImageProcesses, composeWorkerHealth } from './compose-files.ts'
import { composeJanitor } from './compose-janitor.ts'
import { openProcessPort, workerState } from './compose-process-port.ts'
import { type Config, ConfigError, readSecret } from './config.ts'
import { createApiMetrics } from './http/api-metrics.ts'
import { type ApiDeps, endpointsOf } from './http/endpoints.ts'
import { listen } from './http/listen.ts'
import { createMayReadMetrics } from './http/metrics-access.ts'
import type { Endpoint } from './http/route.ts'
import { createApplication } from './http/server.ts'
import { createFleetMetrics } from './metrics/fleet-metrics.ts'
import { createModelLimiters } from './models/limits/model-limiter.ts'
import { createModelRegistry } from './models/model-registry.ts'
import { createModelClient } from './models/protocol/openai-compatible.ts'
import { loadModels } from './models/servers/load-models.ts'
import { openEmbeddedRedis } from './platform/embedded-redis/embedded-redis.ts'
import { newId } from './platform/ids.ts'
import { Lifecycle } from './platform/lifecycle.ts'
import type { Logger } from './platform/logger.ts'
import { createProcessMetrics } from './platform/process-metrics.ts'
import { awaitRedis, RedisUnusableError } from './platform/redis/await-redis.ts'
import { checkRedis } from './platform/redis/check-redis.ts'
import { followRedisTime } from './platform/redis/follow-redis-time.ts'
import { connectRedis } from './platform/redis/redis.ts'
import { openTracer } from './platform/tracing/open-tracer.ts'
import { queuePrefix } from './queue/bullmq-keys.ts'
import { checkBullmq } from './queue/check-bullmq.ts'
import { executeRun } from './runs/execute/execute-run.ts'
import { createExecutions } from './runs/execute/executions.ts'
import { followCancels } from './runs/execute/follow-cancels.ts'
import { createRunDurations } from './runs/execute/run-durations.ts'
import { createShardRotation } from './runs/start/shard-rotation.ts'
import { createStorageQuota } from './runs/start/storage-quota.ts'
import { readRuns } from './runs/store/read-runs.ts'
import { createRunStore } from './runs/store/run-store.ts'
import { createReplyInbox } from './runs/wait/reply-inbox.ts'
import { createTagStore } from './tasks/tag-store.ts'
import type { TaskLimits } from './tasks/task-fields.ts'
import { createTaskStore } from './tasks/task-store.ts'
import { createCredentialStore } from './tenancy/credential-store.ts'
import { createTenantStore } from './tenancy/tenant-store.ts'
import { createCardinalityStore } from './totals/cardinality-store.ts'
import { createRollupStore } from './totals/rollup-store.ts'

const LONGEST_BACKOFF_MS = 30_000

export type Core = Awaited<ReturnType<typeof openCore>>

/**
 * What every process needs: Redis and the stores on it. Everything is built here by hand, and the closer of what is
 * opened is registered on the next line. Waits for Redis when it cannot be reached yet, until `signal` fires. Leaves
 * nothing open when it fails.
 * @throws {ConfigError} for a models file that cannot be used
 * @throws {RedisUnusableError} when there is no Redis to work with, whether it is given or embedded
 */
export async function composeCore(
  config: Config,
  log: Logger,
  simulatedUrl: string | null = config.simulatedUrl,
  signal?: AbortSignal,
): Promise<Core> {
  const lifecycle = new Lifecycle(log)
  try {
    return await openCore(lifecycle, config, log, simulatedUrl, signal)
  } catch (error) {
    await lifecycle.close()
    throw error
  }
}

async function openCore(
  lifecycle: Lifecycle,
  config: Config,
  log: Logger,
  simulatedUrl: string | null,
  signal: AbortSignal | undefined,
) {
  checkQueueLibrary(config)
  const models = createModelRegistry(readModels(config, simulatedUrl))
  const tracer = await openTracer(config, log)
  // Closed last, when all spans have ended.
  lifecycle.onClose('tracer', () => tracer.close())
  let target = config.redisUrl
  if (!target) {
    const redis = await openEmbeddedRedis({ dataDir: resolve(config.dataDir), log }).catch((error: Error) => {
      throw new RedisUnusableError(error.message, { cause: error })
    })
    lifecycle.onClose('embedded redis', () => redis.close())
    target = redis.socketPath
  }
  const connections = connectRedis(target, log, config.redisTimeout * 1000)
  lifecycle.onClose('redis connections', () => connections.close())
  await awaitRedis(connections, { target, patienceMs: config.redisPatience * 1000, log, signal })
  const redis = await connections.commands('commands')
  const redisWarnings = await checkRedis(redis, connections.blocking('check', queuePrefix(0)))
  const time = await followRedisTime(redis, log)
  lifecycle.onClose('time', () => time.close())
  return {
    config,
    log,
    lifecycle,
    tracer,
    redisTarget: target,
    redisWarnings,
    connections,
    redis,
    models,
    tenants: createTenantStore(redis),
    apiKeys: createCredentialStore(redis, 'api_key'),
    clients: createCredentialStore(redis, 'oauth_client'),
    tasks: createTaskStore(redis, { revisionsMax: config.revisionsMax }),
    tags: createTagStore(redis, { tagsMax: config.tagsMax }),
    limits: taskLimits(config),
    runs: createRunStore(redis, {
      ...config,
      ...{ retentionSeconds: config.runRetention, idempotencySeconds: config.idempotencyRetention },
    }),
    names: createCardinalityStore(redis, {
      groupsMax: config.reportingGroupsMax,
      revisionsMax: config.metricsRevisionsMax,
      projectRevisions: config.metricsProjectRevisions,
    }),
    rollups: createRollupStore(redis, config),
    ...composeFiles({ config, redis }),
  }
}

const shardsOf = (config: Config): number[] => Array.from({ length: config.shards }, (_, shard) => shard)

/** The limits of a task. */
function taskLimits(config: Config): TaskLimits {
  const { outputDepthMax: maxDepth, outputKeysMax: maxKeys, weightsMax, parametersMax, timeoutMax } = config
  return { maxDepth, maxKeys, weightsMax, parametersMax, timeoutMax }
}

/**
 * The declarations of all endpoints, for code that only reads them, such as tests and the linter of the OpenAPI document.
 * What their handlers need is left out, so that nothing has to be opened.
 */
export function declareEndpoints(config: Config): Endpoint[] {
  return endpointsOf({ ...config, limits: taskLimits(config) } as unknown as ApiDeps)
}

/** What an export or import of projects needs. */
export function transferDeps({ config, tenants, tasks, tags, models }: Core) {
  const { revisionsMax, tagsMax, importLimit } = config
  return { tenants, tasks, tags, models, revisionsMax, tagsMax, importLimit, limits: taskLimits(config) }
}

/** Starts the API of this process. `processPort`: of its own metrics; null when none is configured. */
export async function composeApi(core: Core): Promise<{ port: number; processPort: number | null }> {
  const { config, log, lifecycle, tracer, connections, redis, tenants, runs } = core
  warnOfRedis(core)
  const metrics = createProcessMetrics(redis, [
    { name: 'splitrun_waiting_calls', help: 'Calls that wait for a run here.', read: () => inbox.size() },
  ])
  const apiMetrics = createApiMetrics(metrics)
  const { authenticate, taskTokens, tokenDeps } = await composeAccess(core)
  const inbox = createReplyInbox({
    id: newId(),
    runs,
    connections: shardsOf(config).map((shard) =>
      connections.blocking(`replies:${shard}`, queuePrefix(shard)),
    ),
    onDelivered: apiMetrics.delivered,
    log,
  })
  lifecycle.onClose('inbox', () => inbox.close())
  const fleet = {
    metrics: createFleetMetrics({
      ...core,
      cacheMs: config.metricsCache * 1000,
      timesBy: config.metricsTimesBy,
    }).text,
    mayReadMetrics: createMayReadMetrics(config.metricsToken),
  }
  const endpoints = endpointsOf({
    ...core,
    ...config,
    ...tokenDeps,
    storageQuota: createStorageQuota(runs, config.projectKeptBytes),
    // Replies on a connection come one after the other: those of lists are large, and runs do not wait behind them.
    listedRuns: readRuns(await connections.commands('lists'), config.shards),
    ...{ taskTokens, inbox, nextShard: createShardRotation(config.shards) },
    ready: () => runs.reach().then(core.probeFiles),
    ...fleet,
  })
  const app = createApplication({ ...config, tenants, authenticate, log, tracer, apiMetrics }, endpoints)
  const server = await listen(app, config)
  // First no new connection is accepted; then the waits end, whose responses are 202; then the last response is sent.
  lifecycle.onClose('http', async () => {
    const closed = server.close()
    await inbox.close()
    await closed
  })
  const processPort = await openProcessPort(core, { metrics, healthy: async () => true, fleet })
  return { port: server.port, processPort }
}

/** Starts the workers of this process, one per shard, and its part of the janitor. */
export async function composeWorker(
  core: Core,
): Promise<{ workers: RunWorker[]; processPort: number | null }> {
  const { config, log, lifecycle, tracer, connections, redis, tasks, runs, names, models, files, fileHome } =
    core
  warnOfRedis(core)
  const client = createModelClient({ maxResponseBytes: config.responseLimit * 2 + 65_536 })
  lifecycle.onClose('model client', () => client.close())
  const executions = createExecutions()
  const durations = config.otlpEndpoint && config.metricsPort !== null ? createRunDurations() : null
  const cancels = shardsOf(config).map((shard) => {
    const connection = connections.blocking(`cancels:${shard}`, queuePrefix(shard))
    return followCancels({ redis: connection, shard, runs, executions, log })
  })
  lifecycle.onClose('cancels', () => Promise.all(cancels.map((follower) => follower.close())))
  const deps = {
    ...{ tracer, tasks, runs, names, models, client, files, fileHome, log, executions, durations },
    health: composeWorkerHealth(core),
    limiters: createModelLimiters(),
    settleTimeoutMs: config.settlePatience * 1000,
    retry: {
      maxAttempts: config.modelAttempts,
      baseMs: config.modelBackoff * 1000,
      capMs: LONGEST_BACKOFF_MS,
    },
    responseLimit: config.responseLimit,
    imagePixelsMax: config.imagePixelsMax,
    ignoreInputProcessors: config.ignoreInputProcessors,
    imageProcesses: composeImageProcesses(core),
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
      limiters: deps.limiters,
      health: deps.health,
      lockDurationMs: config.lockDuration * 1000,
      stalledIntervalMs: config.stalledInterval * 1000,
      log,
      graceMs: config.shutdownGrace * 1000,
      execute: (claim, side) => executeRun(deps, claim, side),
    }),
  )
  const janitor = composeJanitor(core)
  lifecycle.onClose('workers', () => Promise.all([...workers, janitor].map((worker) => worker.close())))
  const state = workerState(redis, workers, deps.health, janitor.foreignFiles)
  durations?.exposeIn(state.metrics)
  return { workers, processPort: await openProcessPort(core, state) }
}

function readModels(config: Config, simulatedUrl: string | null) {
  try {
    return loadModels(config, simulatedUrl, readSecret)
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error })
  }
}

/** @throws {ConfigError} for a version of BullMQ that was not tested, unless that is wanted */
function checkQueueLibrary({ untestedBullmq }: Config): void {
  try {
    checkBullmq(untestedBullmq)
  } catch (cause) {
    throw new ConfigError((cause as Error).message, { cause })
  }
}

/** Said by processes that serve; a command that does one thing has no need of it. */
function warnOfRedis({ log, redisWarnings }: Core): void {
  for (const { setting, text } of redisWarnings) log.warn(setting, text)
}

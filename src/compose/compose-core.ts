import { type Config, ConfigError, readSecret } from '../config.ts'
import { createRolloutIndex } from '../decisions/rollouts/rollout-index.ts'
import { createVerdictNotes } from '../decisions/verdicts/verdict-notes.ts'
import { createLimitReader } from '../models/limits/limit-reader.ts'
import { createModelRegistry } from '../models/model-registry.ts'
import { createRetirementStore } from '../models/retirement/retirement-store.ts'
import { loadModels } from '../models/servers/load-models.ts'
import { Lifecycle } from '../platform/lifecycle.ts'
import type { Logger } from '../platform/logger.ts'
import { awaitRedis } from '../platform/redis/await-redis.ts'
import { publisherOf } from '../platform/redis/channel-listener.ts'
import { checkRedis } from '../platform/redis/check-redis.ts'
import { followRedisTime } from '../platform/redis/follow-redis-time.ts'
import { connectRedis } from '../platform/redis/redis.ts'
import { openTracer } from '../platform/tracing/open-tracer.ts'
import { createBudgetStore } from '../policies/budget-store.ts'
import { createPolicyStore } from '../policies/policy-store.ts'
import { queuePrefix } from '../queue/bullmq-keys.ts'
import { checkBullmq } from '../queue/check-bullmq.ts'
import { createEndBudgets } from '../runs/budgets/end-budgets.ts'
import { createTellEnds } from '../runs/live/tell-ends.ts'
import { createReuseStore } from '../runs/reuse/reuse-store.ts'
import type { RunRequest, RunResult } from '../runs/run.ts'
import { shardKeys } from '../runs/store/run-keys.ts'
import { createRunStore } from '../runs/store/run-store.ts'
import { createShadowLane } from '../runs/store/shadow-lane.ts'
import { waitingOn } from '../runs/waiting-on.ts'
import { createTaskNamesStore } from '../tasks/naming/task-names-store.ts'
import { createTagStore } from '../tasks/tags/tag-store.ts'
import type { TaskLimits } from '../tasks/task-fields.ts'
import { createTaskStore } from '../tasks/task-store.ts'
import { createCredentialStore } from '../tenancy/credential-store.ts'
import { createTenantStore } from '../tenancy/tenant-store.ts'
import { createCardinalityStore } from '../totals/cardinality-store.ts'
import { createRollupStore } from '../totals/rollup-store.ts'
import { composeFiles } from './compose-files.ts'
import { composeProcessors } from './compose-inputs.ts'
import { type FindRedis, givenRedis } from './compose-redis.ts'

export type Core = Awaited<ReturnType<typeof openCore>>

/**
 * What every process needs: Redis and the stores on it. Everything is built here by hand, and the closer of what is
 * opened is registered on the next line. Waits for Redis when it cannot be reached yet, until `signal` fires. Leaves
 * nothing open when it fails.
 * @param findRedis which Redis it may be, when REDIS_URL does not say it; by default none
 * @throws {ConfigError} for a models file that cannot be used, and when it is not known which Redis is meant
 * @throws {RedisUnusableError} when there is no Redis to work with, whether it is given or embedded
 */
export async function composeCore(
  config: Config,
  log: Logger,
  simulatedUrl: string | null = config.simulatedUrl,
  signal?: AbortSignal,
  findRedis: FindRedis = givenRedis,
): Promise<Core> {
  const lifecycle = new Lifecycle(log)
  try {
    return await openCore(lifecycle, config, log, simulatedUrl, signal, findRedis)
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
  findRedis: FindRedis,
) {
  checkQueueLibrary(config)
  const models = createModelRegistry(readModels(config, simulatedUrl))
  const tracer = await openTracer(config, log)
  // Closed last, when all spans have ended.
  lifecycle.onClose('tracer', () => tracer.close())
  const target = await findRedis(config, log, lifecycle)
  const connections = connectRedis(target, log, config.redisTimeout * 1000)
  lifecycle.onClose('redis connections', () => connections.close())
  await awaitRedis(connections, { target, patienceMs: config.redisPatience * 1000, log, signal })
  const redis = await connections.commands('commands')
  const redisWarnings = await checkRedis(redis, connections.blocking('check', queuePrefix(0)))
  const time = await followRedisTime(redis, log)
  lifecycle.onClose('time', () => time.close())
  const policies = createPolicyStore(redis)
  const budgets = createBudgetStore(redis)
  const endBudgets = createEndBudgets(budgets, log)
  const endPolicies = ({ id, project, policies: names }: RunRequest, used: RunResult): void => {
    if (names.length === 0) return
    const tokens = used.inputTokens + used.outputTokens
    policies
      .end(project, id, tokens, names)
      .catch((err: unknown) => log.warn({ err, run_id: id }, 'a run could not be counted under its limits'))
  }
  const limitReader = createLimitReader(redis, models)
  const findWait = (lane: string) => waitingOn({ limitReader, budgets }, lane)
  const tellEnds = createTellEnds(publisherOf(redis, shardKeys(0).ends))
  lifecycle.onClose('ends', () => tellEnds.close())
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
    retirements: createRetirementStore(redis),
    tenants: createTenantStore(redis),
    apiKeys: createCredentialStore(redis, 'api_key', config.keysMax),
    clients: createCredentialStore(redis, 'oauth_client', config.keysMax),
    tasks: createTaskStore(redis, config),
    taskNames: createTaskNamesStore(redis),
    tags: createTagStore(redis, config),
    limits: taskLimits(config),
    tellEnds,
    limitReader,
    findWait,
    policies,
    budgets,
    runs: createRunStore(redis, {
      ...config,
      waitingOn: findWait,
      onEnd(request, revision, result) {
        tellEnds.tell(request, revision, result)
        endPolicies(request, result)
        endBudgets(request, result)
      },
      ...{ retentionSeconds: config.runRetention, idempotencySeconds: config.idempotencyRetention },
    }),
    reuse: createReuseStore(redis, {
      leaseMs: config.lockDuration * 1000,
      projectBytes: config.cacheProjectBytes,
    }),
    names: createCardinalityStore(redis, {
      groupsMax: config.reportingGroupsMax,
      revisionsMax: config.metricsRevisionsMax,
      projectRevisions: config.metricsProjectRevisions,
    }),
    rollups: createRollupStore(redis, config),
    processors: composeProcessors(config),
    rollouts: createRolloutIndex(redis),
    verdicts: createVerdictNotes(redis),
    shadows: createShadowLane(redis, { ...config, leaseMs: config.lockDuration * 1000 }),
    ...composeFiles({ config, redis, log, lifecycle }),
  }
}

/** The shards that this installation has. */
export const shardsOf = (config: Config): number[] =>
  Array.from({ length: config.shards }, (_, shard) => shard)

/** The limits of a task. */
export function taskLimits(config: Config): TaskLimits {
  const {
    outputDepthMax: maxDepth,
    outputKeysMax: maxKeys,
    weightsMax,
    scoresMax,
    parametersMax,
    timeoutMax,
  } = config
  return { maxDepth, maxKeys, weightsMax, scoresMax, parametersMax, timeoutMax }
}

/** What an export or import of projects needs. */
export function transferDeps({ config, tenants, tasks, tags, models }: Core) {
  const { revisionsMax, tagsMax, tasksMax, tasksBytesMax, importLimit } = config
  const bounds = { revisionsMax, tagsMax, tasksMax, tasksBytesMax, importLimit, limits: taskLimits(config) }
  return { tenants, tasks, tags, models, ...bounds }
}

/** @throws {ConfigError} for models that cannot be used */
export function readModels(config: Config, simulatedUrl: string | null) {
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
export function warnOfRedis({ log, redisWarnings }: Core): void {
  for (const { setting, text } of redisWarnings) log.warn(setting, text)
}

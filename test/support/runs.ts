import assert from 'node:assert/strict'
import type { Core } from '../../src/compose/compose-core.ts'
import { newId, newRunId } from '../../src/platform/ids.ts'
import { listenTo } from '../../src/platform/redis/channel-listener.ts'
import type { Redis, RedisConnections } from '../../src/platform/redis/redis.ts'
import { bullmqKeys } from '../../src/queue/bullmq-keys.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import type { Attempt, RunRequest, RunResult } from '../../src/runs/run.ts'
import type { Claim, DequeueOptions } from '../../src/runs/store/claim.ts'
import type { RunStore, RunStoreOptions } from '../../src/runs/store/run-store.ts'
import type { Delta } from '../../src/totals/delta.ts'

const JOBS = bullmqKeys(0)

/** A store without limits that a test would meet by chance. */
export const STORE_OPTIONS: RunStoreOptions = {
  shards: 1,
  retentionSeconds: 60,
  queueWindow: 1000,
  projectQueueMax: 100_000,
  queueMax: 1_000_000,
  projectQueueBytes: 1_000_000_000,
  idempotencySeconds: 60,
}

/** A run as it is asked for, with ids of its own. */
export function aRequest(fields: Partial<RunRequest> = {}): RunRequest {
  return {
    id: newRunId(0),
    org: newId(),
    project: newId(),
    task: newId(),
    user: newId(),
    created: Date.now(),
    inputs: { text: 'tea' },
    files: [],
    fileNames: [],
    revision: null,
    slot: null,
    bucket: null,
    llmConfig: null,
    useFallback: false,
    reference: null,
    reportingGroup: null,
    mode: 'async',
    startBy: Date.now() + 3_600_000,
    deadline: Date.now() + 3_600_000,
    onLostAttempt: 'retry',
    onTruncated: 'fail',
    outputRetries: 1,
    policies: [],
    budget: null,
    payer: null,
    onLimit: 'wait',
    live: false,
    trace: null,
    ...fields,
  }
}

/** The result of a run that went well. */
export function aResult(fields: Partial<RunResult> = {}): RunResult {
  return {
    status: 'succeeded',
    settled: Date.now(),
    outputFile: null,
    processed: null,
    response: { answer: 'tea' },
    error: null,
    partial: null,
    finishReason: 'stop',
    model: 'simulated-large',
    modelId: 'm',
    parameters: {},
    promptHash: null,
    inputTokens: 10,
    outputTokens: 5,
    cachedTokens: 0,
    reasoningTokens: 0,
    estimated: false,
    costExact: true,
    credits: 0,
    possibleCredits: 0,
    inputSeconds: 0,
    timings: { queued: 1, waiting_on_limit: 0, model: 2, validate: 0, total: 3 },
    outputCheck: 'valid',
    retries: 0,
    usedFallback: false,
    primaryFailure: null,
    ...fields,
  }
}

/** What is published in a channel from now on. */
export function hear(connections: RedisConnections, channel: string): Promise<string[]> {
  const messages: string[] = []
  return new Promise((resolve, reject) => {
    listenTo({
      redis: connections.blocking('hear', channel),
      channels: [channel],
      onMessage: (text) => messages.push(text),
      onListening: () => resolve(messages),
      onTrouble: reject,
    })
  })
}

/** How the worker of these tests takes the next run. */
export const TAKE_ONE = { worker: 'a-worker', claimsMax: 5, most: 1, token: 'a-token', lockMs: 60_000 }

/**
 * Has a run delivered next, also one that a worker has, as after the loss of that worker; and takes what is next.
 * Nothing of this connection comes in between.
 */
export async function deliver(
  redis: Redis,
  runs: RunStore,
  { id }: RunRequest,
  options: Partial<DequeueOptions> = {},
): Promise<Claim | null> {
  // Only a script that Redis knows is sent at once.
  await runs.dequeue(0, { ...TAKE_ONE, most: 0 })
  const moved = [redis.lrem(JOBS.wait, 0, id), redis.lrem(JOBS.active, 0, id)]
  const next = redis.rpush(JOBS.wait, id)
  const { claims } = await runs.dequeue(0, { ...TAKE_ONE, ...options })
  await Promise.all([...moved, next])
  return claims[0] ?? null
}

/** Claims a run that is there to be claimed; when it is its first claim, with this revision. */
export async function claimed(
  redis: Redis,
  runs: RunStore,
  request: RunRequest,
  revision: string | null = null,
): Promise<Claim> {
  const claim = (await deliver(redis, runs, request)) ?? assert.fail('there is nothing to claim')
  assert.equal(claim.request.id, request.id)
  if (claim.fence > 1 || revision === null) return claim
  assert.equal(await runs.revise(claim, revision, null), true)
  return { ...claim, revision }
}

/** Settles a run as a worker would: claimed with this revision, ended with this result. */
export async function settled(
  core: Core,
  request: RunRequest,
  revision: string | null,
  result: RunResult = aResult(),
  attempts: readonly Attempt[] = [],
): Promise<void> {
  await core.runs.create(request, null)
  const claim = await claimed(core.redis, core.runs, request, revision)
  const delta = await deltaOfRun(core, request, { revision, split: null }, result, attempts)
  assert.equal(await core.runs.settle(claim, result, attempts, delta), true)
}

/** What a run without calls adds to the totals. */
export function aTally(request: RunRequest, result: RunResult): Delta {
  const { id: run, project, task, mode } = request
  const owner = { run, project, task, revision: null, group: null, shown: [project, task, null] }
  return { ...owner, drawn: false, mode, result, calls: [] }
}

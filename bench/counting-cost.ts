import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findRedisServer } from '../src/platform/embedded-redis/find-redis-server.ts'
import { startRedisServer } from '../src/platform/embedded-redis/redis-server-process.ts'
import { newId, newRunId } from '../src/platform/ids.ts'
import { silentLogger } from '../src/platform/logger.ts'
import { connectRedis, type Redis } from '../src/platform/redis/redis.ts'
import { deltaOfRun } from '../src/runs/execute/delta-of-run.ts'
import type { RunRequest } from '../src/runs/run.ts'
import { resultOf } from '../src/runs/run-result.ts'
import { createRunStore } from '../src/runs/store/run-store.ts'
import { mergeDeltas } from '../src/totals/merge-deltas.ts'
import { median } from './measure.ts'

/**
 * What counting a run for metrics and reports costs: the CPU of settling it with and without, in turn, adding up
 * included. Prints microseconds per run. Usage: node bench/counting-cost.ts
 */
const RUNS = 3000
const ROUNDS = 7

const dir = await mkdtemp(join(tmpdir(), 'splitrun-bench-'))
const program = await findRedisServer(join(import.meta.dirname, '../.splitrun'), silentLogger())
const path = join(dir, 'redis.sock')
const server = await startRedisServer({ ...program, dir, address: { path }, args: ['--appendonly', 'yes'] })
await server.ready()
const connections = connectRedis(path, silentLogger())
const redis = await connections.commands('bench')
const limits = { projectQueueMax: 1_000_000, queueMax: 1_000_000, idempotencySeconds: 60 }
const runs = createRunStore(redis, { shards: 1, retentionSeconds: 60, queueWindow: RUNS, ...limits })
const names = { group: async (_: string, name: string) => name, hasSeries: async () => true }
const models = { find: () => null, list: () => [] }
const owner = { org: newId(), project: newId(), task: newId(), user: newId() }

async function redisCpu(of: Redis): Promise<number> {
  const info = await of.info('cpu')
  const read = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1])
  return (read('used_cpu_sys') + read('used_cpu_user')) * 1e6
}

function request(): RunRequest {
  const created = Date.now()
  return {
    ...owner,
    ...{ id: newRunId(0), created, inputs: { text: 'tea' }, files: [], revision: null, llmConfig: null },
    ...{ useFallback: false, reference: null, reportingGroup: null, mode: 'wait', trace: null },
    ...{ startBy: created + 1e6, deadline: created + 1e6, onLostAttempt: 'retry' },
  }
}

async function round(counted: boolean): Promise<{ redis: number; node: number }> {
  const claims = []
  for (let each = 0; each < RUNS; each += 1) {
    const run = request()
    await runs.create(run, null)
    const one = { worker: 'a-worker', claimsMax: 5, most: 1, token: 'a-token', lockMs: 10_000 }
    claims.push(...(await runs.dequeue(0, one)).claims)
  }
  const before = { redis: await redisCpu(redis), node: process.cpuUsage() }
  for (const claim of claims) {
    const ended = Date.now()
    const attempt = { number: 1, fence: claim.fence, worker: 'a-worker', started: ended - 5, ended }
    const attempts = [{ ...attempt, outcome: 'succeeded', model: 'm', inputTokens: 40, outputTokens: 20 }]
    const result = resultOf(claim.request, claim.claimed, attempts, { error: null }, models.find)
    const delta = counted
      ? await deltaOfRun({ names, models } as never, claim.request, 'a-revision', result, attempts)
      : null
    await runs.settle(claim, result, attempts, delta)
  }
  if (counted) await mergeDeltas(redis, 0, 400)
  const used = process.cpuUsage(before.node)
  return {
    redis: ((await redisCpu(redis)) - before.redis) / RUNS,
    node: (used.user + used.system) / RUNS,
  }
}

const seen: Record<'with' | 'without', { redis: number; node: number }[]> = { with: [], without: [] }
for (let each = 0; each < ROUNDS; each += 1) {
  seen.without.push(await round(false))
  seen.with.push(await round(true))
}
const cost = (where: 'redis' | 'node') =>
  median(seen.with.map((each) => each[where])) - median(seen.without.map((each) => each[where]))
process.stdout.write(
  `counting a run: ${cost('redis').toFixed(0)} us of Redis, ${cost('node').toFixed(0)} us of Node\n`,
)
connections.close()
await server.stop(0)
await rm(dir, { recursive: true, force: true })

import { newId, newRunId } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { connectRedis, type Redis } from '../../src/platform/redis/redis.ts'
import { deltaOfRun } from '../../src/runs/execute/delta-of-run.ts'
import type { RunRequest } from '../../src/runs/run.ts'
import { resultOf } from '../../src/runs/run-result.ts'
import { createRunStore, type RunStore } from '../../src/runs/store/run-store.ts'
import { mergeDeltas } from '../../src/totals/merge-deltas.ts'
import type { Drill } from '../drill.ts'
import { median } from '../measure.ts'
import { startBenchRedis } from '../redis.ts'
import { takeTurns } from '../turns.ts'

const RUNS = 3000
const ROUNDS = 7
const QUICK_ROUNDS = 2

/** Microseconds of CPU for each run. */
interface Cost {
  readonly redis: number
  readonly node: number
}

const limits = {
  projectQueueMax: 1_000_000,
  queueMax: 1_000_000,
  projectQueueBytes: 1e12,
  idempotencySeconds: 60,
}
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
    ...{
      id: newRunId(0),
      created,
      inputs: { text: 'tea' },
      files: [],
      fileNames: [],
      revision: null,
      llmConfig: null,
    },
    ...{ useFallback: false, reference: null, reportingGroup: null, mode: 'wait', trace: null },
    ...{ startBy: created + 1e6, deadline: created + 1e6, onLostAttempt: 'retry', live: false },
    ...{
      onTruncated: 'fail',
      policies: [],
      budget: null,
      payer: null,
      onLimit: 'wait',
      outputRetries: 1,
      slot: null,
      bucket: null,
    },
  }
}

async function settleAll(redis: Redis, runs: RunStore, counted: boolean): Promise<Cost> {
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
      ? await deltaOfRun(
          { names, models } as never,
          claim.request,
          { revision: 'a-revision', split: 1 },
          result,
          attempts,
        )
      : null
    await runs.settle(claim, result, attempts, delta)
  }
  if (counted) await mergeDeltas(redis, 0, { reportDays: 400, comparisonDays: 30 })
  const used = process.cpuUsage(before.node)
  return {
    redis: ((await redisCpu(redis)) - before.redis) / RUNS,
    node: (used.user + used.system) / RUNS,
  }
}

/** What counting a run for metrics and reports costs: settling it with and without, in turn, adding up included. */
export const drillCounting: Drill = async ({ quick, say }) => {
  const server = await startBenchRedis()
  const connections = connectRedis(server.path, silentLogger())
  try {
    const redis = await connections.commands('bench')
    const runs = createRunStore(redis, { shards: 1, retentionSeconds: 60, queueWindow: RUNS, ...limits })
    const ways = [false, true]
    await takeTurns(ways, 1, (counted) => settleAll(redis, runs, counted))
    const seen = await takeTurns(ways, quick ? QUICK_ROUNDS : ROUNDS, (counted, round) => {
      say(`round ${round}: ${RUNS} runs are settled, ${counted ? 'counted' : 'not counted'}`)
      return settleAll(redis, runs, counted)
    })
    const [without, counted] = seen.map((costs) => ({
      redis: median(costs.map((cost) => cost.redis)),
      node: median(costs.map((cost) => cost.node)),
    })) as [Cost, Cost]
    const row = (name: string, { redis, node }: Cost) => [name, redis.toFixed(0), node.toFixed(0)]
    return {
      title: 'What counting a run for metrics and reports costs',
      table: {
        head: ['CPU us to settle a run', 'Redis', 'Node'],
        rows: [
          row('not counted', without),
          row('counted', counted),
          row('counting', { redis: counted.redis - without.redis, node: counted.node - without.node }),
        ],
      },
      statements: [],
    }
  } finally {
    connections.close()
    await server.stop()
  }
}

import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { composeWorker } from '../../../../src/compose/compose-worker.ts'
import { startSimulatedModel } from '../../../../src/models/simulated/simulated-model.ts'
import { bullmqKeys } from '../../../../src/queue/bullmq-keys.ts'
import type { RunRecord } from '../../../../src/runs/run.ts'
import { isFinal } from '../../../../src/runs/run.ts'
import { shardKeys } from '../../../../src/runs/store/run-keys.ts'
import { allKeys } from '../../../support/all-keys.ts'
import { type System, startSystem, until } from '../../../support/system.ts'

const JOBS = bullmqKeys(0)

const KEYS = shardKeys(0)
const WINDOW = 4
const INPUT = { task_input: { text: 'tea' } }

/** A project with a task, and a way to submit runs of it one after the other. */
async function aProject(system: System) {
  const { project, token } = await system.createProject()
  const fields = { name: 'task', enabled: true, system_prompt: 's', user_prompt: '{text}' }
  const task = { ...fields, llm_model_id: 'simulated-large', output_modality: 'text' }
  const made = await system.call('POST', `${project}/task`, task, { token })
  const call = (method: string, path: string, body: object = INPUT) =>
    system.call(method, `${project}/task/${made.body.id}${path}`, body, {
      token,
      headers: { prefer: 'respond-async' },
    })
  return {
    /** @param mark the model tells calls of these runs apart by it and their numbers */
    async submit(count: number, mark = 'run'): Promise<string[]> {
      const ids: string[] = []
      for (let each = 0; each < count; each += 1) {
        const body = { task_input: { text: `[mark:${mark}-${each}]` } }
        ids.push((await call('POST', '/run', body)).body.id)
      }
      return ids
    },
    submitOne: () => call('POST', '/run'),
    cancel: (id: string) => call('POST', `/run/${id}/cancel`),
  }
}

async function ended(system: System, ids: readonly string[]): Promise<RunRecord[]> {
  let records: RunRecord[] = []
  await until(async () => {
    records = (await system.core.runs.getMany(ids)).filter((record) => record !== null)
    return records.length === ids.length && records.every(({ status }) => isFinal(status))
  })
  return records
}

test('a single run passes the backlog of another project, which is served in its own order all the same', async (t) => {
  const system = await startSystem(t, {
    workers: 0,
    model: { latencyMs: 2 },
    env: { SPLITRUN_LANE_WINDOW: String(WINDOW), SPLITRUN_CONCURRENCY: '1' },
  })
  const [large, small] = [await aProject(system), await aProject(system)]
  const many = await large.submit(60, 'many')
  const single = await small.submit(1, 'single')
  assert.equal(await system.core.redis.llen(JOBS.wait), WINDOW + 1, 'the others have no job yet')
  await composeWorker(system.core)

  await ended(system, [...many, ...single])
  // The model has them in the order in which they came to it.
  const served = Object.keys(system.model.marks())
  assert.ok(served.indexOf('single-0') <= WINDOW, `served first: ${served.slice(0, 20)}`)
  assert.deepEqual(
    served.filter((mark) => mark !== 'single-0'),
    many.map((_, at) => `many-${at}`),
  )
  for (const key of [KEYS.enqueuedCounts, KEYS.enqueued, KEYS.expiring]) {
    assert.equal(await system.core.redis.exists(key), 0, key)
  }
})

test('runs that are cancelled let others in, wherever they stood', async (t) => {
  const system = await startSystem(t, { workers: 0, env: { SPLITRUN_LANE_WINDOW: String(WINDOW) } })
  const project = await aProject(system)
  const ids = await project.submit(12)
  // Of those with a job all but one, and one of those in the backlog.
  for (const id of [ids[0], ids[1], ids[2], ids[8]]) await project.cancel(id ?? '')
  await composeWorker(system.core)
  const records = await ended(system, ids)
  assert.equal(records.filter(({ status }) => status === 'succeeded').length, 8)
  for (const key of [KEYS.enqueuedCounts, KEYS.expiring]) {
    assert.equal(await system.core.redis.exists(key), 0, key)
  }
})

test('more runs than a project, or the whole queue, may have are refused before anything is stored', async (t) => {
  const system = await startSystem(t, {
    workers: 0,
    env: { SPLITRUN_PROJECT_QUEUE_MAX: '3', SPLITRUN_QUEUE_MAX: '5', SPLITRUN_LANE_WINDOW: '2' },
  })
  const [one, two] = [await aProject(system), await aProject(system)]
  const ids = await one.submit(3)
  const refused = await one.submitOne()
  assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'PROJECT_QUEUE_FULL'])
  assert.ok(Number(refused.headers.get('retry-after')) > 0)
  await two.submit(2)
  const full = await two.submitOne()
  assert.deepEqual([full.status, full.body.detail.reason], [503, 'QUEUE_FULL'])
  assert.ok(Number(full.headers.get('retry-after')) > 0)
  assert.equal((await allKeys(system.core.redis, KEYS.run('*'))).length, 5)

  await one.cancel(ids[0] ?? '')
  assert.equal((await one.submitOne()).status, 202)
})

test('a model that says 429 holds up neither the runs of other models nor a place in the worker', async (t) => {
  const limited = await startSimulatedModel({ faults: { rateLimited: 1 }, retryAfterMs: 20_000 })
  const healthy = await startSimulatedModel()
  t.after(() => Promise.all([limited.close(), healthy.close()]))
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-models-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'models.json')
  await writeFile(
    file,
    JSON.stringify({
      servers: { limited: { base_url: limited.url }, healthy: { base_url: healthy.url } },
      models: [
        { name: 'limited', server: 'limited', upstream_name: 'simulated-large' },
        { name: 'healthy', server: 'healthy', upstream_name: 'simulated-large' },
      ],
    }),
  )
  const system = await startSystem(t, {
    env: { SPLITRUN_CONCURRENCY: '2', SPLITRUN_LANE_WINDOW: '2', SPLITRUN_MODELS_FILE: file },
  })
  // In one project: its own other runs are spared as well.
  const task = (model: string) => system.createTask({ llm_model_id: model })
  const [slow, fast] = [await task('limited'), await task('healthy')]
  const { runs, redis } = system.core
  const ids: string[] = []
  for (let each = 0; each < 10; each += 1) {
    ids.push((await system.call('POST', `/task/${slow}/run?wait=0`, INPUT)).body.id)
  }
  for (let each = 0; each < 20; each += 1) {
    const { body } = await system.call('POST', `/task/${fast}/run`, INPUT)
    assert.equal(body.status, 'succeeded')
  }
  assert.ok((limited.stats()['rateLimited'] ?? 0) <= 2, 'nobody else asks')
  await until(async () => (await redis.zcard(KEYS.expiring)) === ids.length)
  for (const record of await runs.getMany(ids)) {
    assert.equal(record?.status, 'queued')
    for (const { outcome } of record?.attempts ?? []) assert.equal(outcome, 'rate_limited')
  }
  // Those that were refused keep the time that they were asked for, with jitter, wherever they are claimed next.
  const refused = limited.stats()['rateLimited'] ?? 0
  const delayed = await redis.zcard(JOBS.delayed)
  assert.ok(delayed <= refused, 'the others wait in the queue, not in a crowd that comes back together')
})

test('many who come at once all get their turn, whichever of them found the window full', async (t) => {
  const system = await startSystem(t, {
    model: { latencyMs: 1 },
    env: { SPLITRUN_LANE_WINDOW: '1', SPLITRUN_CONCURRENCY: '4' },
  })
  const project = await aProject(system)
  for (let round = 0; round < 5; round += 1) {
    const ids = await Promise.all(Array.from({ length: 40 }, async () => (await project.submitOne()).body.id))
    for (const { status } of await ended(system, ids)) assert.equal(status, 'succeeded')
  }
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { RunHead } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { type System, until, useSystem } from '../support/system.ts'

/** 300 kB, so that a few runs fill a quota. */
const LARGE = { text: 'tea', more: 'é'.repeat(150_000) }

describe('a quota of queued bytes', () => {
  const running = useSystem({
    env: { SPLITRUN_PROJECT_QUEUE_BYTES: '1mb', SPLITRUN_TASK_INPUT_MAX: '200000' },
    workers: 0,
  })

  test('refuses what is too much, of this project alone, and admits as much as leaves the queue', async () => {
    const system = running()
    const task = await system.createTask()
    const start = () => system.call('POST', `/task/${task}/run?wait=0`, { task_input: LARGE })
    const started = [await start(), await start(), await start()]
    assert.deepEqual(
      started.map(({ status }) => status),
      [202, 202, 202],
    )
    const refused = await start()
    assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'PROJECT_QUEUE_FULL'])
    assert.ok(refused.headers.has('retry-after'))
    await holdsExactly(system)
    await system.call('POST', `/task/${task}/run/${started[1]?.body.id}/cancel`)
    await holdsExactly(system)
    assert.equal((await start()).status, 202)
    assert.equal((await start()).status, 429)
    const { body } = await system.call('GET', '/task_run?fields=summary')
    for (const { id } of body.results) await system.call('POST', `/task/${task}/run/${id}/cancel`)
    for (let shard = 0; shard < system.core.config.shards; shard += 1)
      assert.equal(await system.core.redis.exists(shardKeys(shard).queuedBytes), 0)
  })
})

const QUOTA = 1_000_000

describe('a quota of kept bytes', () => {
  const running = useSystem({
    env: {
      SPLITRUN_PROJECT_KEPT_BYTES: String(QUOTA),
      SPLITRUN_TASK_INPUT_MAX: '200000',
      SPLITRUN_RUN_RETENTION: '6s',
      SPLITRUN_JANITOR_INTERVAL: '500ms',
    },
  })

  test('refuses new runs of the project until kept ones have expired', async () => {
    const system = running()
    const task = await system.createTask({ user_prompt: 'Say something about {text}.' })
    const start = (input: object) => system.call('POST', `/task/${task}/run`, { task_input: input })
    const id = system.project.split('/').at(-1) ?? ''
    const kept = () => system.core.runs.keptBytes(id)
    // A process may believe for some seconds what it knew; meanwhile what expires is made up for.
    const isRefused = async () => {
      // As many at once as fill it: on a busy machine one after the other might expire as fast as they come.
      const inputs = (await kept()) < QUOTA ? Array(4).fill(LARGE) : [{ text: 'tea' }]
      const refused = (await Promise.all(inputs.map(start))).find(({ status }) => status !== 200)
      if (!refused) {
        // Asked rarely, since each that is accepted is a run.
        await setTimeout(300)
        return false
      }
      assert.deepEqual([refused.status, refused.body.detail.reason], [429, 'PROJECT_STORAGE_FULL'])
      return true
    }
    await until(isRefused)
    await until(async () => (await kept()) === 0)
    await until(async () => (await start({ text: 'tea' })).status === 200)
  })

  test('counts exactly what a run has when it has ended, by a worker or in the queue', async () => {
    const { core, createProject, call } = running()
    const { project, token } = await createProject()
    const made = await call(
      'POST',
      `${project}/task`,
      {
        ...{ name: 'one', enabled: true, system_prompt: 'You answer.', user_prompt: 'Say {text}.' },
        ...{ llm_model_id: 'simulated-large', output_modality: 'text' },
      },
      { token },
    )
    const path = `${project}/task/${made.body.id}/run`
    const input = { task_input: { text: 'tea, é and "quotes"' } }
    const ids: string[] = []
    for (const query of ['', '?wait=0', '?wait=0&timeout=0.001'])
      ids.push((await call('POST', path + query, input, { token })).body.id)
    await until(async () => (await core.runs.getMany(ids)).every((run) => run && run.result !== null))
    const id = project.split('/').at(-1) ?? ''
    const heads = await core.runs.getHeads(ids)
    const sum = heads.reduce((bytes, head) => bytes + ((head as RunHead | null)?.bytes ?? Number.NaN), 0)
    assert.equal(await core.runs.keptBytes(id), sum)
  })
})

/** The count of queued bytes is the sum over the records of the queued runs. */
async function holdsExactly({ core, project }: System): Promise<void> {
  const id = project.split('/').at(-1) ?? ''
  const ids = await core.runs.ids(id, { status: 'queued' }, null, 1000)
  let [counted, real] = [0, 0]
  for (let shard = 0; shard < core.config.shards; shard += 1)
    counted += Number((await core.redis.hget(shardKeys(shard).queuedBytes, id)) ?? 0)
  for (const head of await core.runs.getHeads(ids)) real += (head as RunHead | null)?.bytes ?? 0
  assert.equal(counted, real)
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../../src/platform/ids.ts'
import { shardKeys } from '../../../src/runs/store/run-keys.ts'
import { allKeys } from '../../support/all-keys.ts'
import { TAKE_ONE } from '../../support/runs.ts'
import { type System, until, useSystem } from '../../support/system.ts'

/** Every key that may remain, and what still exists that it belongs to. */
const EXPLAINED: Readonly<Record<string, RegExp>> = {
  organisations: /^(orgs|org:[^:]+(:projects)?)$/,
  projects: /^\{p:[^}]+\}:(project|keys|tasks|task-names|deleted-revisions|revision-deletions|task-sizes)$/,
  'living tasks and their revisions': /^\{p:[^}]+\}:(task:[^:]+(:revisions|:traffic)?|revision:[^:]+)$/,
  'keys of projects': /^secret:/,
  'the installation': /^signing-key$/,
  'totals, which reports show for years, and comparisons for weeks':
    /^\{s\d+\}:(rollups(:[^:]+:\d+)?|hour-rollups:.+|rollup:.+|deltas)$/,
  'series of the metrics': /^\{metrics\}:/,
  'the queue, and processes that consume it':
    /^\{s\d+\}:(q:run:(meta|stalled-check|marker|events)|capacities|dispatched:[^:]+)$/,
  'that verdicts have been noted a moment ago': /^verdicts-noted$/,
  'the janitor': /^(\{janitor\}:q:.+|\{s0\}:(index-cursors|shard-counts))$/,
}

describe('after the retention', () => {
  const running = useSystem({
    env: {
      SPLITRUN_RUN_RETENTION: '1s',
      SPLITRUN_IDEMPOTENCY_RETENTION: '1s',
      SPLITRUN_JANITOR_INTERVAL: '100ms',
    },
    model: { latencyMs: 50 },
  })

  test('a Redis holds nothing of runs, deleted tasks and workers that are gone', async () => {
    const system = running()
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) ids.push(...(await runsOfAProject(system, count % 2 === 0)))
    assert.ok(ids.length >= 15)
    // A worker without room that dies: it has announced its capacity, and nothing is ever dispatched to it.
    for (let count = 0; count < 3; count += 1) {
      const worker = newId()
      const capacity = { worker, received: 0, room: 0, lockMs: 1000, full: [] }
      await system.core.runs.dequeue(0, { ...TAKE_ONE, most: 0, worker, capacity })
    }
    await until(async () => (await remains(system)).length === 0)
  })
})

/** Runs that end in each way, with idempotency keys, of two tasks, of which one may be deleted afterwards. */
async function runsOfAProject(system: System, deletesTask: boolean): Promise<string[]> {
  const { project, token } = await system.createProject()
  const call = (method: string, path: string, body?: unknown) =>
    system.call(method, project + path, body, { token, headers: { 'idempotency-key': newId() } })
  const ids: string[] = []
  for (const deleted of [deletesTask, false]) {
    const task = await call('POST', '/task', {
      ...{ name: `task ${newId()}`, enabled: true, system_prompt: 'You answer.', user_prompt: 'Say {text}.' },
      ...{ llm_model_id: 'simulated-large', output_format: { answer: 'string' } },
    })
    const path = `/task/${task.body.id}/run`
    const start = (query: string) => call('POST', path + query, { task_input: { text: 'tea' } })
    const done = await start('')
    assert.equal(done.body.status, 'succeeded')
    const started = [await start('?wait=0'), await start('?wait=0&timeout=0.001'), await start('?wait=0')]
    await call('POST', `${path}/${started[0]?.body.id}/cancel`)
    ids.push(done.body.id, ...started.map(({ body }) => body.id))
    await until(async () =>
      (await system.core.runs.getMany(ids)).every((record) => !record || record.result !== null),
    )
    if (deleted) await call('DELETE', `/task/${task.body.id}`)
  }
  return ids
}

/** The keys that nothing explains, and entries of workers that are gone. */
async function remains({ core: { redis, tasks, config } }: System): Promise<string[]> {
  const keys = await allKeys(redis)
  const unexplained: string[] = []
  for (const key of keys) {
    if (!Object.values(EXPLAINED).some((pattern) => pattern.test(key))) unexplained.push(key)
  }
  for (const key of keys) {
    const [, project, task] = /^\{p:([^}]+)\}:task:([^:]+)/.exec(key) ?? []
    if (project && task && !(await tasks.read(project, task))) unexplained.push(key)
  }
  for (let shard = 0; shard < config.shards; shard += 1) {
    const { capacities, dispatched } = shardKeys(shard)
    for (const worker of await redis.zrange(capacities, '0', '-1'))
      if ((await redis.exists(dispatched(worker))) === 0) unexplained.push(`capacity of ${worker}`)
  }
  return unexplained
}

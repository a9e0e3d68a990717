import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Cluster } from 'ioredis'
import { newId, shardOf } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { awaitRedis } from '../../src/platform/redis/await-redis.ts'
import { connectRedis } from '../../src/platform/redis/redis.ts'
import { isFinal } from '../../src/runs/run.ts'
import { shardKeys } from '../../src/runs/store/run-keys.ts'
import { readExposition, sumOf } from '../support/exposition.ts'
import { writeModels } from '../support/models.ts'
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts'
import { ADMIN_TOKEN, type Answer, until, useSystem } from '../support/system.ts'

const SHARDS = 6
const [WORKERS, CONCURRENCY] = [2, 2]
/** Runs of a model that are executed at once in a shard. */
const PLACES = WORKERS * CONCURRENCY
const INPUT = { task_input: { text: 'tea' } }
const FREE = { input: 0, output: 0 }

describe('on a Redis Cluster', () => {
  let cluster: RedisCluster
  const running = useSystem(async (t) => {
    cluster = await startRedisCluster(t, { replicas: 1, nodeTimeoutMs: 3000 })
    return {
      redisUrl: async () => cluster.url,
      workers: WORKERS,
      env: {
        SPLITRUN_SHARDS: String(SHARDS),
        SPLITRUN_CONCURRENCY: String(CONCURRENCY),
        SPLITRUN_METRICS_CACHE: '0s',
        SPLITRUN_LOCK_DURATION: '2s',
        SPLITRUN_STALLED_INTERVAL: '1s',
        SPLITRUN_JANITOR_INTERVAL: '1s',
        SPLITRUN_MODELS_FILE: await writeModels(t, {
          quick: { latencyMs: 20, price: FREE },
          slow: { latencyMs: 1000, price: FREE },
          endless: { latencyMs: 3_600_000, price: FREE },
        }),
      },
    }
  })
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    running().call(method, path, body, headers ? { headers } : {})
  const run = (task: string, query = '', headers = {}): Promise<Answer> =>
    call('POST', `/task/${task}/run${query}`, INPUT, headers)
  const aTask = (model: string) => running().createTask({ llm_model_id: model })
  const many = <T>(count: number, make: (n: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => make(n)))
  /** Of one task alone: what others add up to leaves the metrics with them when they are deleted. */
  const succeeded = async (task: string): Promise<number> => {
    const samples = readExposition(await (await fetch(`${running().url}/metrics`)).text())
    return sumOf(samples, 'splitrun_runs_total', { task, outcome: 'succeeded' })
  }

  test('every primary has as many shards, and every shard takes runs, whose callers hear of their end', async () => {
    const primaries = await many(SHARDS, (shard) => cluster.primaryOf(shardKeys(shard).enqueuedCounts))
    for (const each of primaries) assert.equal(primaries.filter((other) => other === each).length, 2)
    const task = await aTask('quick')
    const shards = new Set<number>()
    while (shards.size < SHARDS) {
      for (const { status, body } of await many(40, () => run(task))) {
        assert.deepEqual([status, body.status], [200, 'succeeded'])
        shards.add(shardOf(body.id))
      }
    }
  })

  test('a URL that names one node as if it were all is refused at the start, with the one that is meant', async () => {
    const one = `redis://127.0.0.1:${cluster.nodes[0]?.port}`
    const options = { target: one, patienceMs: 10_000, log: silentLogger() }
    const refused = awaitRedis(connectRedis(one, silentLogger()), options)
    await assert.rejects(refused, { name: 'RedisUnusableError', message: /redis\+cluster:/ })
  })

  test('lists, reports and metrics put the shards together, and count each run once', async () => {
    const task = await aTask('quick')
    const ids = (await many(100, () => run(task))).map(({ body }) => body.id as string)
    assert.ok(new Set(ids.map(shardOf)).size > 1)
    const listed: string[] = []
    for (let cursor = ''; ; ) {
      const { results, pagination } = (await call('GET', `/task/${task}/run?page_limit=7${cursor}`)).body
      listed.push(...results.map(({ id }: { id: string }) => id))
      if (!pagination.has_next) break
      cursor = `&cursor=${pagination.next_cursor}`
    }
    assert.deepEqual(listed, ids.sort().toReversed())
    assert.equal((await call('GET', `/task/${task}/token_report`)).body.total_task_runs, 100)
    assert.equal(await succeeded(task), 100)
  })

  test('an Idempotency-Key gives twins one run, whichever shard it leads to', async () => {
    const task = await aTask('quick')
    await many(20, async () => {
      const twins = await many(
        2,
        (
          (key) => () =>
            run(task, '', { 'idempotency-key': key })
        )(newId()),
      )
      assert.equal(new Set(twins.map(({ body }) => body.id)).size, 1)
      assert.deepEqual(
        twins.map(({ status }) => status),
        [200, 200],
      )
    })
    assert.equal((await call('GET', `/task/${task}/run`)).body.results.length, 20)
  })

  test('runs of all shards are cancelled in the middle of their model call, or before it', async () => {
    const task = await aTask('endless')
    const ids: string[] = []
    const shards = Array.from({ length: SHARDS }, () => [] as string[])
    // In each of them some have to wait, whatever the shares that chance gives them.
    while (shards.some(({ length }) => length <= PLACES)) {
      for (const { body } of await many(20, () => run(task, '?wait=0'))) {
        ids.push(body.id)
        shards[shardOf(body.id)]?.push(body.id)
      }
    }
    const isExecuting = async (some: readonly string[]) =>
      (await running().core.runs.getMany(some)).some((record) => record?.status === 'running')
    for (const some of shards) await until(() => isExecuting(some))
    const waiting = many(5, (n) => call('GET', `/task/${task}/run/${ids[n]}?wait=300`))
    for (const { body } of await many(ids.length, (n) => call('POST', `/task/${task}/run/${ids[n]}/cancel`)))
      assert.equal(body.status, 'cancelled')
    for (const { body } of await waiting) assert.equal(body.status, 'cancelled')
  })

  test('tasks, revisions, tags, tokens, clients, organisations and archives are kept in their slots', async () => {
    const admin = (method: string, path: string, body?: unknown) =>
      running().call(method, path, body, { token: ADMIN_TOKEN })
    const task = await aTask('quick')
    const { revisions } = (await call('POST', `/task/${task}`, { system_prompt: 'Second.' })).body
    const both = revisions.map(({ id }: { id: string }) => ({ task_revision_id: id, weight: 1 }))
    assert.equal((await call('POST', `/task/${task}`, { active_revisions: both })).status, 200)
    const tag = (await call('POST', '/task_revision/tag', { name: 'live' })).body.id
    await call('POST', `/task_revision/tag/${tag}/add`, { entities: [revisions[0].id] })
    assert.equal((await run(task, '?revision_tag=live')).body.task_revision_id, revisions[0].id)

    const { client_id, client_secret } = (await admin('POST', '/oauth_client', { name: 'ci' })).body
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const granted = await fetch(`${running().url}/oauth2/token`, { method: 'POST', body })
    const { access_token: token } = (await granted.json()) as { access_token: string }
    assert.equal((await running().call('GET', '/task', undefined, { token })).status, 200)
    assert.equal((await call('GET', `/task/${task}`)).body.access_token.split('.').length, 3)
    await running().createProject()
    assert.ok((await admin('GET', '/org')).body.results.length > 1)

    const archive = (await call('GET', '/export')).body
    const [{ org, project }] = archive.projects
    Object.assign(org, { id: newId(), name: 'Other org' })
    Object.assign(project, { id: newId(), name: 'Other project' })
    assert.equal((await admin('POST', '/import', archive)).status, 200)
    const there = `/org/${org.id}/project/${project.id}`
    assert.deepEqual((await admin('GET', `${there}/export`)).body, archive)
    assert.equal((await admin('POST', `${there}/task/${task}/run`, INPUT)).status, 200)
    assert.equal((await call('DELETE', `/task/${task}`)).status, 200)
    assert.equal((await call('GET', `/task_revision/tag/${tag}`)).body.tagged_entities.length, 0)
  })

  test('a primary that hands over, as for maintenance, refuses nobody, and no run is lost', async () => {
    const task = await aTask('slow')
    const key = shardKeys(0).enqueuedCounts
    const before = await cluster.primaryOf(key)
    const waiting = many(30, () => run(task))
    await until(async () => (await running().core.runs.backlog(Date.now())).running.runs > 0)
    await cluster.handOver(key)
    assert.notEqual(await cluster.primaryOf(key), before)
    for (const { status, body } of await waiting) assert.deepEqual([status, body.status], [200, 'succeeded'])
    for (const { status } of await many(30, () => run(task))) assert.equal(status, 200)
  })

  test('when a primary is killed, every run that was accepted ends once, and the totals stay exact', async () => {
    const { core } = running()
    const task = await aTask('slow')
    const submit = async (): Promise<string | null> => {
      const { status, body } = await run(task, '?wait=0')
      if (status === 202) return body.id
      assert.deepEqual([status, body.detail.reason], [503, 'STORE_UNAVAILABLE'])
      return null
    }
    const accepted = await many(160, submit)
    const waiting = many(20, () => run(task))
    await until(async () => (await succeeded(task)) > 0)
    const primaries = (core.redis as unknown as Cluster).nodes('master')
    const lost = await cluster.primaryOf(shardKeys(0).enqueuedCounts)
    // In the middle of the work, of which a slow machine may have done much while it took it.
    await until(async () => {
      accepted.push(...(await many(40, submit)))
      // What no replica has got yet when its primary dies is lost, as ever with Redis: so they have it.
      await Promise.all(primaries.map(async (node) => assert.equal(await node.wait(1, 60_000), 1)))
      const { enqueued, held, running: executions } = await core.runs.backlog(Date.now())
      return enqueued.runs + held.runs > 20 && executions.runs > 5
    })
    await lost.kill()

    // So many at once that some are for a shard that has just been lost: a third of them, by chance.
    const sent = await many(60, submit)
    assert.ok(sent.some((id) => id === null))
    accepted.push(...sent)
    await until(async () => {
      const id = await submit()
      accepted.push(id)
      return id !== null && shardOf(id) === 0
    })
    const ids = accepted.filter((id) => id !== null)
    for (const { status, body } of await waiting) {
      assert.ok([200, 503].includes(status), `${status} ${JSON.stringify(body)}`)
      if (status === 200) ids.push(body.id)
    }
    await until(async () => (await core.runs.getMany(ids)).every((run) => isFinal(run?.status ?? 'queued')))
    for (const record of await core.runs.getMany(ids)) {
      assert.equal(record?.status, 'succeeded')
      assert.equal(record?.attempts.filter(({ outcome }) => outcome === 'succeeded').length, 1)
    }
    const project = running().project.split('/').at(-1) ?? ''
    const all = await core.runs.ids(project, { task }, null, 10_000)
    await until(async () => (await core.runs.getMany(all)).every((run) => isFinal(run?.status ?? 'queued')))
    assert.equal(await succeeded(task), all.length)
  })
})

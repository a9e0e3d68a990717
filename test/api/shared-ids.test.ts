import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { cleanUpTotals } from '../../src/runs/end/clean-up-totals.ts'
import { allKeys } from '../support/all-keys.ts'
import { archivedTask, archiveOf } from '../support/archives.ts'
import { readExposition, sumOf } from '../support/exposition.ts'
import { type Answer, until, useSystem } from '../support/system.ts'

interface Tenant {
  readonly project: string
  readonly id: string
  /** What its output_format asks for, with which its tasks are told from the other tenant's. */
  readonly key: string
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

/** Ids are not unique across tenants, since an import keeps those that its file names. */
describe('the same ids in two projects', () => {
  const running = useSystem({ workers: 2, env: { SPLITRUN_METRICS_CACHE: '0s' } })
  let victim: Tenant
  let other: Tenant
  // Tasks of both tenants: one of an id that both have, and one that bears the id of the victim's project.
  const [task, revision, tag] = [newId(), newId(), newId()]
  let tasks: string[]
  const run = ({ call }: Tenant, of: string, query = '', headers: Record<string, string> = {}) =>
    call('POST', `/task/${of}/run${query}`, { task_input: { text: 'tea' } }, headers)

  before(async () => {
    const tenant = async (key: string): Promise<Tenant> => {
      const { project, token } = await running().createProject()
      const call: Tenant['call'] = (method, path, body, headers = {}) =>
        running().call(method, `${project}${path}`, body, { token, headers })
      return { project, id: project.split('/').at(-1) ?? '', key, call }
    }
    victim = await tenant('answer')
    other = await tenant('score')
    tasks = [task, victim.id]
    for (const { key, call } of [other, victim]) {
      const fields = { output_format: { [key]: 'string' as const }, annotation: key, tags: [tag] }
      const archived = [
        archivedTask({ id: task, revision, name: `${key} one` }, fields),
        archivedTask({ id: victim.id, name: `${key} two` }, { ...fields, tags: [] }),
      ]
      const archive = archiveOf({}, archived, { task_revision: [{ id: tag, name: key }] })
      const { status, body } = await call('POST', '/import', archive)
      assert.equal(status, 200, JSON.stringify(body))
    }
  })

  test('each runs its own revision, in whatever order and at the same time', async () => {
    for (const together of [false, true]) {
      const started = [other, victim, other, victim].flatMap((tenant) => tasks.map((of) => ({ tenant, of })))
      const ask = async ({ tenant, of }: (typeof started)[number]) => {
        const { status, body } = await run(tenant, of)
        assert.deepEqual(
          [status, Object.keys(body.response), body.output_check, body.project_id],
          [200, [tenant.key], 'valid', tenant.id],
        )
      }
      if (together) await Promise.all(started.map(ask))
      else for (const each of started) await ask(each)
    }
  })

  test('lists, reports and groups hold the runs of their own project alone', async () => {
    const before = (await victim.call('GET', '/task_run')).body.results.length
    for (let n = 0; n < 3; n += 1) {
      for (const of of tasks) await run(other, of, '?reporting_group=theirs')
    }
    await run(victim, task, '?reporting_group=ours')
    const listed = (await victim.call('GET', '/task_run')).body.results
    assert.equal(listed.length, before + 1)
    for (const tenant of [victim, other]) {
      const all = (await tenant.call('GET', '/task_run')).body.results
      const states = (await tenant.call('GET', '/task_run?status=succeeded')).body.results
      const mine = await Promise.all(tasks.map((of) => tenant.call('GET', `/task/${of}/run`)))
      const ofTasks = mine.flatMap(({ body }) => body.results)
      for (const each of [all, states, ofTasks]) {
        assert.equal(each.length, all.length)
        assert.ok(each.every((one: { project_id: string }) => one.project_id === tenant.id))
      }
      const usage = (await tenant.call('GET', '/usage_report')).body
      const counted = usage.task_revisions.reduce(
        (sum: number, row: { task_runs: number }) => sum + row.task_runs,
        0,
      )
      assert.equal(counted, all.length)
    }
    assert.deepEqual((await victim.call('GET', '/reporting_group')).body, [{ name: 'ours' }])
    assert.deepEqual((await other.call('GET', '/reporting_group')).body, [{ name: 'theirs' }])
  })

  test('a run is found in its own project alone, also by those who know its id', async () => {
    const { body } = await run(victim, task)
    for (const path of [`/task/${task}/run/${body.id}`, `/task/${victim.id}/run/${body.id}`]) {
      assert.equal((await other.call('GET', path)).status, 404)
      assert.equal((await other.call('POST', `${path}/cancel`)).status, 404)
    }
  })

  test('an Idempotency-Key, a tag and a cancelled or disabled task are those of their project', async () => {
    const headers = { 'idempotency-key': newId() }
    const [theirs, ours] = [await run(other, task, '', headers), await run(victim, task, '', headers)]
    assert.notEqual(theirs.body.id, ours.body.id)
    assert.equal((await run(victim, task, '', headers)).body.id, ours.body.id)
    await other.call('POST', `/task_revision/tag/${tag}/remove`, { entities: [revision] })
    const tagged = (await victim.call('GET', `/task_revision/tag/${tag}`)).body
    assert.deepEqual([tagged.name, tagged.tagged_entities], [victim.key, [revision]])
    const byTag = await run(victim, task, `?revision_tag=${victim.key}`)
    assert.deepEqual([byTag.status, byTag.body.task_revision_id], [200, revision])
    await other.call('POST', `/task/${task}`, { enabled: false })
    await until(async () => (await run(other, task)).status === 409)
    assert.equal((await run(victim, task)).status, 200)
    await other.call('POST', `/task/${task}`, { enabled: true })
    await until(async () => (await run(other, task)).status === 200)
  })

  test("a task's token is that of its project, and a rotation ends no other", async () => {
    const tokenOf = async ({ call }: Tenant) => (await call('GET', `/task/${task}`)).body.access_token
    const [theirs, ours] = [await tokenOf(other), await tokenOf(victim)]
    assert.notEqual(theirs, ours)
    const status = async (token: string, { project }: Tenant) =>
      (await running().call('GET', `${project}/task/${task}/run`, undefined, { token })).status
    assert.deepEqual([await status(theirs, other), await status(ours, victim)], [200, 200])
    assert.deepEqual([await status(theirs, victim), await status(ours, other)], [404, 404])
    await other.call('POST', `/task/${task}/access_token/rotate`)
    await until(async () => (await status(theirs, other)) === 401)
    assert.deepEqual([await status(ours, victim), await tokenOf(victim)], [200, ours])
  })

  test('the metrics name each by its project, and a deleted task takes nothing of the other along', async () => {
    const { core, url } = running()
    const scrape = async () => readExposition(await (await fetch(`${url}/metrics`)).text())
    const countOf = async ({ call }: Tenant, of: string) =>
      (await call('GET', `/task/${of}/run`)).body.results.length
    const samples = await scrape()
    for (const tenant of [victim, other]) {
      const project = tenant.id
      for (const of of tasks) {
        const runs = sumOf(samples, 'splitrun_runs_total', { project, task: of })
        assert.equal(runs, await countOf(tenant, of))
        const info = samples.filter(
          ({ name, labels }) =>
            name === 'splitrun_task_info' && labels['project'] === project && labels['task'] === of,
        )
        assert.equal(info.length, 1)
      }
      const named = { project, revision, annotation: tenant.key }
      assert.equal(sumOf(samples, 'splitrun_revision_info', named), 1)
      assert.equal(sumOf(samples, 'splitrun_traffic_share_configured', { project, task, revision }), 1)
    }

    const [runs, reported] = [await countOf(victim, task), await victim.call('GET', '/usage_report')]
    await other.call('DELETE', `/task/${task}`)
    await other.call('DELETE', `/task/${victim.id}`)
    // A read takes nothing away, whoever reads; the janitor takes what is gone, by project and task.
    for (const cleaned of [false, true]) {
      if (cleaned) await cleanUpTotals(core, null)
      const after = await scrape()
      assert.equal(sumOf(after, 'splitrun_runs_total', { project: victim.id, task }), runs)
      assert.equal(sumOf(after, 'splitrun_runs_total', { project: other.id, task }), 0)
    }
    assert.deepEqual((await victim.call('GET', '/usage_report')).body, reported.body)
    assert.equal((await run(victim, task)).status, 200)
    const left = await allKeys(core.redis, `*rollup:${other.id}*`)
    assert.deepEqual(
      left.filter((key) => !/:\d{8}(\d\d)?$/.test(key)),
      [],
    )
  })
})

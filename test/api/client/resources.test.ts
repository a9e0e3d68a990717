import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Client, createClient, type SplitrunError } from '../../../client/src/index.ts'
import { connectClient, rejection } from '../../support/client.ts'
import { ADMIN_TOKEN, useSystem } from '../../support/system.ts'

const TASK = {
  name: 'Sentiment',
  enabled: true,
  system_prompt: 'You judge.',
  user_prompt: 'Judge {text}.',
  llm_model_id: 'simulated-large',
  output_format: { mood: 'string' },
} as const

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const each of list) found.push(each)
  return found
}
const reasonOf = async (promise: Promise<unknown>) => ((await rejection(promise)) as SplitrunError).reason

describe('what a client reads and changes', () => {
  const running = useSystem()
  let keyAdmin: Client | undefined
  const asAdmin = (): Client => {
    const [, , org, , project] = running().project.split('/')
    keyAdmin ??= connectClient(running(), { token: ADMIN_TOKEN, org, project })
    return keyAdmin
  }

  test('tasks are created, read, changed only as they were read, and deleted', async () => {
    const { tasks } = connectClient(running())
    const made = await tasks.create(TASK)
    const read = await tasks.get(made.task.id)
    assert.deepEqual(read, made)
    const ifMatch = read.etag
    const changed = await tasks.update(
      made.task.id,
      { system_prompt: 'You judge well.', activate: true },
      { ifMatch },
    )
    assert.equal(changed.task.revisions.length, 2)
    assert.equal(await reasonOf(tasks.update(made.task.id, { enabled: false }, { ifMatch })), 'STALE_TASK')
    assert.equal(await reasonOf(tasks.delete(made.task.id, { ifMatch })), 'STALE_TASK')
    const revisions = await tasks.revisions(made.task.id, { revisions: 1 })
    assert.deepEqual(
      revisions.map(({ active, system_prompt }) => [active, system_prompt]),
      [[true, 'You judge well.']],
    )
    assert.notEqual((await tasks.rotateAccessToken(made.task.id)).access_token, made.task.access_token)
    assert.equal((await tasks.delete(made.task.id)).id, made.task.id)
    assert.equal(await reasonOf(tasks.get(made.task.id)), 'TASK_NOT_FOUND')
  })

  test('lists are read to their end over their pages, or a page at a time', async () => {
    const client = connectClient(running())
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const name of names) await running().createTask({ name: `listed ${name}` })
    const listed = (await all(client.tasks.list({ page_limit: 2, revisions: 1 }))).map(({ name }) => name)
    const wanted = names.toReversed().map((name) => `listed ${name}`)
    assert.deepEqual(
      listed.filter((name) => name.startsWith('listed')),
      wanted,
    )
    const list = client.tasks.list({ page_limit: 2 })
    const first = await list.page()
    const second = await list.page(first.pagination.next_cursor)
    assert.deepEqual(
      [...first.results, ...second.results].map(({ name }) => name),
      listed.slice(0, 4),
    )
  })

  test('runs are listed by what they are, whole or as summaries', async () => {
    const client = connectClient(running())
    const id = await running().createTask()
    const runs = []
    for (let each = 0; each < 3; each += 1) runs.push((await client.task(id).run({ text: 'tea' })).run)
    const listed = await all(client.runs.list({ task_id: id, page_limit: 2, status: 'succeeded' }))
    assert.deepEqual(listed, runs.toReversed())
    const summary = await client.runs.list({ task_id: id, fields: 'summary' }).page()
    assert.deepEqual(
      summary.results.map(({ id, response }) => [id, response]),
      runs.toReversed().map(({ id }) => [id, undefined]),
    )
    assert.deepEqual(await all(client.runs.list({ task_id: id, status: 'failed' })), [])
  })

  test('tags of tasks and of revisions are made, put on, taken off', async () => {
    const client = connectClient(running())
    const { task } = await client.tasks.create({ ...TASK, name: 'Tagged' })
    const entities = { taskTags: task.id, revisionTags: task.revisions[0]?.id ?? '' }
    for (const kind of ['taskTags', 'revisionTags'] as const) {
      const tags = client[kind]
      const tag = await tags.create({ name: 'stable' })
      assert.deepEqual((await tags.add(tag.id, [entities[kind]])).tagged_entities, [entities[kind]])
      assert.equal((await tags.rename(tag.id, 'steady')).name, 'steady')
      assert.deepEqual((await tags.get(tag.id)).tagged_entities, [entities[kind]])
      if (kind === 'revisionTags') {
        const { run } = await client.task(task.id).run({ text: 'tea' }, { revision_tag: 'steady' })
        assert.equal(run.task_revision_id, entities[kind])
      }
      assert.deepEqual((await tags.remove(tag.id, [entities[kind]])).tagged_entities, [])
      assert.deepEqual(
        (await all(tags.list())).map(({ name }) => name),
        ['steady'],
      )
      await tags.delete(tag.id)
      assert.deepEqual(await all(tags.list()), [])
    }
  })

  test('keys are made, used, rotated, revoked; a client without a project finds its own', async () => {
    const { keys } = asAdmin()
    const made = await keys.create({ name: 'ci', scopes: ['task:read'] })
    const client = createClient({ baseUrl: running().checkedUrl, token: async () => made.token })
    assert.equal((await client.whoami()).client.id, made.id)
    await client.tasks.list().page()
    assert.equal(await reasonOf(client.tasks.create(TASK)), 'PERMISSION_CHECK_FAILED')
    assert.notEqual((await keys.rotate(made.id)).token, made.token)
    assert.equal((await keys.revoke(made.id)).revoked, true)
    assert.ok((await keys.list()).some(({ id }) => id === made.id))
    assert.equal((await keys.get(made.id)).name, 'ci')
    assert.equal((await keys.delete(made.id)).id, made.id)
    const nowhere = createClient({ baseUrl: running().checkedUrl, token: ADMIN_TOKEN })
    assert.equal(await reasonOf(nowhere.tasks.list().page()), 'NO_PROJECT')
  })

  test('an OAuth client fetches one token for all its calls, and another when that is refused', async () => {
    const { oauthClients } = asAdmin()
    const made = await oauthClients.create({ name: 'ci' })
    const asked: string[] = []
    let refuse = false
    const client = createClient({
      baseUrl: running().checkedUrl,
      ...{ clientId: made.client_id, clientSecret: made.client_secret },
      fetch: async (url, init) => {
        asked.push(new URL(url).pathname)
        if (!refuse || url.endsWith('/token')) return fetch(url, init)
        refuse = false
        return Response.json({ detail: { reason: 'UNAUTHENTICATED', message: 'over' } }, { status: 401 })
      },
    })
    await Promise.all([client.tasks.list().page(), client.models.list()])
    await client.models.list()
    const tokens = () => asked.filter((path) => path === '/api/v1/oauth2/token').length
    assert.equal(tokens(), 1)
    assert.equal(asked.filter((path) => path === '/api/v1/whoami').length, 1)
    refuse = true
    await client.models.list()
    assert.equal(tokens(), 2)
    await oauthClients.rotate(made.id)
    const stale = createClient({
      baseUrl: running().checkedUrl,
      clientId: made.id,
      clientSecret: made.client_secret,
    })
    assert.equal(await reasonOf(stale.whoami()), 'UNAUTHENTICATED')
  })

  test('reports, models and calls that have no name here', async () => {
    const client = connectClient(running())
    const id = await running().createTask()
    await client.task(id).run({ text: 'tea' }, { reporting_group: 'eu' })
    const query = { task: id, start_date: 'today', show_reporting_group: true }
    const { reports } = client
    assert.equal((await reports.token(query)).total_task_runs, 1)
    assert.equal((await reports.usage(query)).outcomes.succeeded, 1)
    assert.equal((await reports.timing(query)).timings.total.count, 1)
    assert.equal((await reports.credit(query)).total_credits, '0.00')
    assert.equal((await reports.credit(query)).task_revisions[0]?.reporting_group, 'eu')
    assert.ok((await reports.token()).total_task_runs >= 1)
    assert.deepEqual(await reports.groups(), [{ name: 'eu' }])
    assert.equal((await client.queue()).running, 0)
    const [model] = await client.models.list({ include_retired: true })
    assert.equal(model?.provider, 'simulated')
    const { checks } = await asAdmin().models.check('simulated-large')
    assert.ok(checks.some(({ check, result }) => check === 'reachable' && result === 'ok'))
    const shown = await client.request<{ id: string }>({ method: 'GET', path: `P/task/${id}` })
    assert.equal(shown.id, id)
  })

  test('the token of a task runs that task, and finds where it is', async () => {
    const { task } = await connectClient(running()).tasks.create({ ...TASK, name: 'Shared' })
    const client = connectClient(running(), { token: task.access_token ?? '' })
    assert.equal((await client.whoami()).client.task_id, task.id)
    const { run } = await client.task(task.id).run({ text: 'tea' })
    assert.equal(run.task_id, task.id)
  })
})

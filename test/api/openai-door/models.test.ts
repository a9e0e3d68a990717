import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NotFoundError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { useSystem } from '../../support/system.ts'

describe("models of OpenAI's client are tasks", () => {
  const running = useSystem({ env: { SPLITRUN_OPENAI_MODELS_MAX: '3' }, workers: 0 })

  test('listed newest first, so many at most, and read by the name that the list gives', async () => {
    const system = running()
    const client = openAiClient(system)
    const named = async (name: string) => ({ name, id: await system.createTask({ name }) })
    const tasks = [await named('First'), await named('A task_2'), await named('Third')]
    const list = async (): Promise<string[]> => (await client.models.list()).data.map(({ id }) => id)
    assert.deepEqual(await list(), ['task/Third', 'task/A task_2', 'task/First'])
    const read = await client.models.retrieve('task/A task_2')
    assert.deepEqual([read.id, read.object, read.owned_by], ['task/A task_2', 'model', 'splitrun'])
    assert.ok(Math.abs(read.created - Date.now() / 1000) < 600)
    const headers = { authorization: `Bearer ${system.token}` }
    const plain = await fetch(`${system.checkedUrl}/v1/models/task/First`, { headers })
    assert.equal(((await plain.json()) as { id: string }).id, 'task/First')
    await named('Fourth')
    assert.deepEqual(await list(), ['task/Fourth', 'task/Third', 'task/A task_2'])
    await system.call('POST', `/task/${tasks[2]?.id}`, { enabled: false })
    assert.deepEqual(await list(), ['task/Fourth', 'task/A task_2'])
    await assert.rejects(client.models.retrieve('task/nobody'), NotFoundError)
    await assert.rejects(client.models.retrieve('gpt-5'), NotFoundError)
    const other = await system.createProject()
    assert.deepEqual((await openAiClient(system, { apiKey: other.token }).models.list()).data, [])
  })
})

describe('a version of a task as a model', () => {
  const running = useSystem({ workers: 0 })

  test('is read by its own name, and where there is none it is not there', async () => {
    const system = running()
    const client = openAiClient(system)
    const id = await system.createTask({ name: 'Versions' })
    const [other] = (await system.call('GET', `/task/${await system.createTask()}`)).body.revisions
    const [revision] = (await system.call('GET', `/task/${id}`)).body.revisions
    const tag = await system.call('POST', '/task_revision/tag', { name: 'prod' })
    await system.call('POST', `/task_revision/tag/${tag.body.id}/add`, { entities: [revision.id] })
    for (const version of ['1', 'prod', revision.id])
      assert.equal((await client.models.retrieve(`task/Versions@${version}`)).id, `task/Versions@${version}`)
    for (const version of ['2', 'none', crypto.randomUUID(), other.id, ''])
      await assert.rejects(client.models.retrieve(`task/Versions@${version}`), NotFoundError, version)
  })
})

describe("a task's own token at the door", () => {
  const running = useSystem()

  test('lists, runs and reads this task, and knows of no other', async () => {
    const system = running()
    const [own, other] = [
      await system.createTask({ name: 'Own' }),
      await system.createTask({ name: 'Other' }),
    ]
    const { access_token: apiKey } = (await system.call('GET', `/task/${own}`)).body
    const client = openAiClient(system, { apiKey })
    assert.deepEqual(
      (await client.models.list()).data.map(({ id }) => id),
      ['task/Own'],
    )
    const run = (id: string, by = client) => by.responses.create({ prompt: { id, variables: { text: 'x' } } })
    const made = await run('Own')
    assert.equal((await client.responses.retrieve(made.id)).id, made.id)
    const foreign = await run('Other', openAiClient(system))
    const messages = [{ role: 'user' as const, content: 'x' }]
    for (const call of [
      () => run('Other'),
      () => run(other),
      () => client.models.retrieve('task/Other'),
      () => client.chat.completions.create({ model: 'task/Other', messages }),
      () => client.responses.retrieve(foreign.id),
      () => client.responses.cancel(foreign.id),
    ]) {
      await assert.rejects(call, NotFoundError)
    }
    const stranger = openAiClient(system, { apiKey: (await system.createProject()).token })
    await assert.rejects(stranger.responses.retrieve(made.id), NotFoundError)
    await assert.rejects(stranger.responses.cancel(made.id), NotFoundError)
  })

  test('an OAuth token of a client opens it as a key does', async () => {
    const system = running()
    const secret = await system.core.clients.create(
      (await system.core.tenants.project(system.project.split('/')[4] ?? '')) ?? assert.fail(),
      { name: 'ci', scopes: ['run:write'], expires: null },
    )
    const form = new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: secret?.credential.id ?? '' },
      client_secret: secret?.secret ?? '',
    })
    const answer = await fetch(`${system.checkedUrl}/oauth2/token`, { method: 'POST', body: form })
    const { access_token: apiKey } = (await answer.json()) as { access_token: string }
    const task = await system.createTask()
    const { status } = await openAiClient(system, { apiKey }).responses.create({
      prompt: { id: task, variables: { text: 'x' } },
    })
    assert.equal(status, 'completed')
  })
})

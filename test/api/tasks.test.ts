import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { useSystem } from '../support/system.ts'

describe('tasks', () => {
  const running = useSystem()
  const change = (task: string, fields: object) => running().call('POST', `/task/${task}`, fields)
  const read = async (task: string) => (await running().call('GET', `/task/${task}`)).body

  test('a new task has one revision, which takes all the traffic', async () => {
    const task = await read(
      await running().createTask({ user_prompt: '{text} and {{text}} and {other}, {"json": 1}' }),
    )
    assert.equal(task.revisions.length, 1)
    const [revision] = task.revisions
    assert.deepEqual(task.active_revisions, [{ task_revision_id: revision.id, weight: 1 }])
    assert.equal(revision.active, true)
    assert.deepEqual(revision.input_params, ['text', 'other'])
    assert.deepEqual([task.public, task.exposed_to_agents, revision.optimise_images], [false, false, true])
  })

  test('only a revision field that really changes makes a new, inactive revision', async () => {
    const id = await running().createTask()
    const [first] = (await read(id)).revisions
    for (const same of [
      { description: 'new' },
      { user_prompt: first.user_prompt },
      { output_format: first.output_format },
      { enabled: true },
    ]) {
      assert.equal((await change(id, same)).body.revisions.length, 1, JSON.stringify(same))
    }
    const { body } = await change(id, { system_prompt: 'Differently.' })
    assert.deepEqual(
      body.revisions.map(({ active }: { active: boolean }) => active),
      [false, true],
    )
    assert.equal(body.revisions[0].user_prompt, first.user_prompt)
    assert.equal((await read(id)).active_revisions[0].task_revision_id, first.id)
  })

  test('active_revisions replaces the whole set, or is refused and changes nothing', async () => {
    const id = await running().createTask()
    await change(id, { system_prompt: 'Second.' })
    const all = (await change(id, { system_prompt: 'Third.', test: true })).body.revisions
    const [test, second, first] = all.map((revision: { id: string }) => revision.id)
    const other = (await read(await running().createTask())).revisions[0].id
    const set = (...shares: [string, number | null][]) =>
      change(id, {
        active_revisions: shares.map(([task_revision_id, weight]) => ({ task_revision_id, weight })),
      })

    assert.deepEqual((await set([second, 30], [first, null])).body.active_revisions, [
      { task_revision_id: second, weight: 30 },
      { task_revision_id: first, weight: 1 },
    ])
    for (const refused of [
      set(),
      set([first, 0]),
      set([first, -1]),
      set([first, 1], [first, 2]),
      set([test, 1]),
      set([other, 1]),
    ]) {
      assert.equal((await refused).status, 422)
    }
    assert.equal((await read(id)).active_revisions.length, 2)
  })

  test('a name is given once in a project, however many ask at the same moment', async () => {
    const asked = await Promise.allSettled(
      Array.from({ length: 10 }, () => running().createTask({ name: 'only one' })),
    )
    assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1)
    const again = await running().createTask({ name: 'another' })
    const renamed = await change(again, { name: 'only one' })
    assert.deepEqual([renamed.status, renamed.body.detail.reason], [400, 'DUPLICATE_TASK_NAME'])
    await change(again, { name: 'renamed' })
    await running().createTask({ name: 'another' })
  })

  test('concurrent changes of different fields all stay', async () => {
    const id = await running().createTask()
    const answers = await Promise.all([
      change(id, { description: 'described' }),
      change(id, { public: true }),
      change(id, { exposed_to_agents: true }),
      change(id, { system_prompt: 'Changed.' }),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
    const task = await read(id)
    assert.deepEqual(
      [task.description, task.public, task.exposed_to_agents, task.revisions.length],
      ['described', true, true, 2],
    )
  })

  test('a model is named by id, name or alias; an unknown one, or a blind one for images, is 422', async () => {
    const [model] = (await running().call('GET', '/model')).body
    for (const value of Object.values(model)) assert.notEqual(value, null)
    for (const llm_model_id of [model.id, model.name, model.alias.toUpperCase()]) {
      const task = await read(await running().createTask({ llm_model_id }))
      assert.equal(task.revisions[0].llm_model_id, model.id)
    }
    await assert.rejects(running().createTask({ llm_model_id: 'no such model' }), /llm_model_id/)
    await assert.rejects(
      running().createTask({ llm_model_id: 'simulated-basic', image_required: true }),
      /llm_model_id/,
    )
  })

  test('json needs an output_format, text must have none', async () => {
    await assert.rejects(running().createTask({ output_format: null }), /output_format/)
    const wrong = { output_modality: 'text', output_format: { a: 'string' } }
    await assert.rejects(running().createTask(wrong), /output_format/)
  })

  test('forms spell booleans as words and objects as JSON', async () => {
    const form = new URLSearchParams({
      name: 'by form',
      enabled: 'true',
      system_prompt: 'You answer.',
      user_prompt: 'Hello.',
      llm_model_id: 'simulated-large',
      output_format: '{"answer": "string"}',
      public: 'false',
    })
    const { status, body } = await running().call('POST', '/task', form.toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    assert.equal(status, 200)
    assert.deepEqual(
      [body.enabled, body.public, body.revisions[0].output_format],
      [true, false, { answer: 'string' }],
    )
  })

  test('a disabled task is not run, and a deleted one is gone while its runs stay', async () => {
    const id = await running().createTask()
    const run = () => running().call('POST', `/task/${id}/run`, { task_input: { text: 'tea' } })
    const done = await run()
    await change(id, { enabled: false })
    let refused = await run()
    // Another process learns of it within a second; this one at once.
    assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'TASK_DISABLED'])
    assert.equal((await running().call('DELETE', `/task/${id}`)).body.id, id)
    refused = await run()
    assert.deepEqual([refused.status, refused.body.detail.reason], [404, 'TASK_NOT_FOUND'])
    assert.equal((await running().call('GET', `/task/${id}`)).status, 404)
    assert.equal((await running().call('GET', `/task/${id}/run/${done.body.id}`)).status, 200)
  })

  test('a call that makes a revision says which parameters it has, and what only looks like one', async () => {
    const headersOf = ({ headers }: { headers: Headers }) =>
      ['x-prompt-parameters', 'x-prompt-warnings'].map((name) => headers.get(name))
    const { body, ...created } = await running().call('POST', '/task', {
      ...{ name: 'with warnings', enabled: true, output_modality: 'text', llm_model_id: 'simulated-large' },
      ...{ system_prompt: 'For {{ company }}, {{user.name}}.', user_prompt: '\\\\frac\\{a}{b} { text }' },
    })
    assert.deepEqual([created.status, ...headersOf(created)], [200, 'company, b', '{{user.name}}, { text }'])
    assert.deepEqual(body.revisions[0].input_params, ['company', 'b'])
    const changed = await change(body.id, { system_prompt: 'x', user_prompt: 'Say {text}.' })
    assert.deepEqual(headersOf(changed), ['text', null])
    assert.deepEqual(headersOf(await change(body.id, { description: 'x' })), [null, null])
  })

  test('as many revisions are shown as are asked for, newest first, by every call that shows a task', async () => {
    const id = await running().createTask()
    for (const text of ['Second', 'Third', 'Fourth']) await change(id, { system_prompt: text })
    const all = (await read(id)).revisions.map((revision: { id: string }) => revision.id)
    assert.equal(all.length, 4)
    const { body } = await running().call('GET', '/task?revisions=1&include_active=true')
    const idsOf = ({ revisions }: { revisions: { id: string }[] }) => revisions.map((revision) => revision.id)
    assert.deepEqual(body.results.filter((task: { id: string }) => task.id === id).map(idsOf), [
      [all[0], all[3]],
    ])
    const ask = async (method: string, path: string, body?: object) =>
      (await running().call(method, `${path}?revisions=2`, body)).body
    const listed = (await ask('GET', '/task')).results.find((task: { id: string }) => task.id === id)
    const shown = [
      listed,
      await ask('GET', `/task/${id}`),
      await ask('POST', `/task/${id}`, { description: 'x' }),
      await ask('POST', `/task/${id}/access_token/rotate`),
      await ask('DELETE', `/task/${id}`),
    ]
    for (const task of shown) assert.deepEqual(idsOf(task), all.slice(0, 2))
    assert.equal((await running().call('GET', '/task?revisions=0')).status, 422)
  })

  test('a page that would grow beyond measure is shorter, and has a next one', async () => {
    const { project, token } = await running().createProject()
    const prompt = 'x'.repeat(450_000)
    const names = Array.from({ length: 11 }, (_, at) => `large ${at}`)
    for (const name of names) {
      const fields = { name, enabled: true, output_modality: 'text', llm_model_id: 'simulated-large' }
      const body = { ...fields, system_prompt: prompt, user_prompt: prompt }
      await running().call('POST', `${project}/task`, body, { token })
    }
    const seen: string[] = []
    let pages = 0
    for (let cursor = ''; ; pages += 1) {
      const path = `${project}/task?page_limit=100${cursor && `&cursor=${cursor}`}`
      const answer = await running().call('GET', path, undefined, { token })
      assert.ok(JSON.stringify(answer.body).length < 10_000_000)
      seen.push(...answer.body.results.map(({ name }: { name: string }) => name))
      if (!answer.body.pagination.has_next) break
      cursor = answer.body.pagination.next_cursor
    }
    assert.deepEqual([seen, pages], [names.reverse(), 1])
  })

  test('lists page from the newest on', async () => {
    const { project, token } = await running().createProject()
    const names = ['a', 'b', 'c']
    for (const name of names) {
      const fields = {
        name,
        enabled: true,
        output_modality: 'text',
        system_prompt: 's',
        user_prompt: 'u',
        llm_model_id: 'simulated-large',
      }
      await running().call('POST', `${project}/task`, fields, { token })
    }
    const first = (await running().call('GET', `${project}/task?page_limit=2`, undefined, { token })).body
    const next = first.pagination.next_cursor
    const second = (
      await running().call('GET', `${project}/task?page_limit=2&cursor=${next}`, undefined, { token })
    ).body
    const seen = [...first.results, ...second.results].map(({ name }: { name: string }) => name)
    assert.deepEqual(
      [seen, second.pagination],
      [['c', 'b', 'a'], { next_cursor: null, has_next: false, page_limit: 2 }],
    )
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { useSystem } from '../support/system.ts'
import { idsOf, type Shown, taskCalls } from '../support/task-calls.ts'

describe('updates of tasks', () => {
  const running = useSystem({ env: { SPLITRUN_TIMEOUT_MAX: '1h', SPLITRUN_REVISIONS_MAX: '4' } })
  const { create, change, read } = taskCalls(running)

  test('what says the same in other words makes no revision', async () => {
    const [model] = (await running().call('GET', '/model')).body
    const id = await create({ llm_model_id: model.id, llm_config: { temperature: 0.5, seed: 1 } })
    const before = await read(id)
    for (const same of [
      { llm_model_id: model.name },
      { llm_model_id: model.alias.toUpperCase() },
      { llm_config: { seed: 1, temperature: 0.5 } },
      { input_processors: [] },
      { rag: {} },
      { fallback_llm_config: {} },
      { fallback_llm_model_id: null },
      { optimise_images: null },
      { image_required: false, file_input_mode: null },
      { annotation: null },
      { test: false },
      { output_modality: 'json', id, project_id: before.project_id },
      {},
    ]) {
      const { status, body } = await change(id, same)
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual(body, before, JSON.stringify(same))
    }
    for (const empty of [{ llm_config: {} }, { llm_config: null }]) {
      assert.equal((await change(id, empty)).body.revisions[0].llm_config, null)
    }
    assert.equal((await read(id)).revisions.length, 2)
  })

  test('null takes an optional field back to what it is when nothing is said', async () => {
    const id = await create({
      ...{
        description: 'd',
        timeout: 5,
        queue_timeout: 2.5,
        task_run_visibility: 'all_viewers',
        public: true,
      },
      ...{ optimise_images: false, rag: { collection_id: 'c' }, input_processors: [{ param_name: 'text' }] },
      ...{ task_forwarder_id: 'f', fallback_llm_model_id: 'simulated-small' },
    })
    const before = await read(id)
    assert.deepEqual([before.timeout, before.queue_timeout, before.on_lost_attempt], [5, 2.5, 'retry'])
    const [revision] = before.revisions
    assert.deepEqual(revision.rag, { collection_id: 'c' })
    assert.deepEqual(revision.input_processors, [{ param_name: 'text' }])
    assert.equal(revision.task_forwarder_id, 'f')
    const { body } = await change(id, {
      ...{ description: null, timeout: null, queue_timeout: null, task_run_visibility: null },
      ...{ optimise_images: null, rag: null, input_processors: null, task_forwarder_id: null },
      fallback_llm_model_id: null,
    })
    assert.deepEqual([body.description, body.timeout, body.queue_timeout], ['', null, null])
    assert.deepEqual([body.task_run_visibility, body.public], ['all_viewers', true])
    const { optimise_images, rag, input_processors, task_forwarder_id, fallback_llm_model_id } =
      body.revisions[0]
    assert.deepEqual(
      [optimise_images, rag, input_processors, task_forwarder_id, fallback_llm_model_id],
      [true, null, null, null, null],
    )
  })

  test('who may see its runs is said in three words, and owner_only where nothing is said', async () => {
    const shown = async (said: Record<string, unknown>) =>
      (await read(await create(said))).task_run_visibility
    assert.equal(await shown({}), 'owner_only')
    assert.equal(await shown({ task_run_visibility: null }), 'owner_only')
    for (const word of ['owner_only', 'editors_and_owners', 'all_viewers']) {
      assert.equal(await shown({ task_run_visibility: word }), word)
    }
    const refused = await change(await create(), { task_run_visibility: 'visible' })
    assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'task_run_visibility']])
  })

  test('what never changes is accepted as it is, and refused otherwise', async () => {
    const id = await create()
    for (const [field, other] of Object.entries({
      id: newId(),
      project_id: newId(),
      output_modality: 'text',
    })) {
      const refused = await change(id, { [field]: other, description: 'changed' })
      assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', field]])
    }
    assert.equal((await read(id)).description, '')
  })

  test('timeouts are seconds above 0 up to the limit, and on_lost_attempt is one of two words', async () => {
    const id = await create({ on_lost_attempt: 'fail' })
    assert.equal((await read(id)).on_lost_attempt, 'fail')
    for (const field of ['timeout', 'queue_timeout']) {
      for (const good of [0.1, 3600]) assert.equal((await change(id, { [field]: good })).body[field], good)
      for (const bad of [0, -1, 3600.1, 'soon', true])
        assert.equal((await change(id, { [field]: bad })).status, 422)
    }
    assert.equal((await change(id, { on_lost_attempt: 'ignore' })).status, 422)
    assert.equal((await read(id)).revisions.length, 1)
  })

  test('image_required and file_input_mode are one fact: either asks, and null leaves it to the other', async () => {
    const said = [undefined, null, true, false]
    for (const image_required of said) {
      for (const file_input_mode of [undefined, null, 'image']) {
        const fields = { image_required, file_input_mode }
        const wanted = image_required === true || file_input_mode === 'image'
        const label = JSON.stringify(fields)
        if (image_required === false && file_input_mode === 'image') {
          await assert.rejects(create(fields), /file_input_mode/)
          continue
        }
        const [revision] = (await read(await create(fields))).revisions
        assert.deepEqual(
          [revision.image_required, revision.file_input_mode],
          [wanted, wanted ? 'image' : null],
          label,
        )

        // An update says nothing of it only when both are left out.
        const untold = image_required === undefined && file_input_mode === undefined
        const required = await create({ image_required: true })
        const [updated] = (await change(required, fields)).body.revisions
        assert.equal(updated.image_required, wanted || untold, label)
      }
    }
  })

  test('a first revision cannot be a test', async () => {
    await assert.rejects(create({ test: true }), /422|cannot be a test/)
    await create({ test: false })
  })

  test('tests are shown only to those who ask, in the list as in the task, and to whoever has just made one', async () => {
    const id = await create()
    const made = (await change(id, { system_prompt: 'Tried.', test: true })).body
    assert.deepEqual(
      made.revisions.map(({ test }: Shown) => test),
      [true, false],
    )
    const listed = async (query: string) =>
      (await running().call('GET', `/task${query}`)).body.results.find((task: Shown) => task.id === id)
    for (const shown of [await read(id), await listed('')])
      assert.deepEqual(idsOf(shown.revisions), [made.revisions[1].id])
    const all = idsOf(made.revisions)
    assert.deepEqual(idsOf((await read(id, '?include_tests=true')).revisions), all)
    assert.deepEqual(idsOf((await listed('?include_tests=true')).revisions), all)
    assert.equal((await change(id, { description: 'x' })).body.revisions.length, 1)
    assert.equal((await change(id, { description: 'y' }, '?include_tests=true')).body.revisions.length, 2)
    const gone = await running().call('DELETE', `/task/${id}?include_tests=true`)
    assert.deepEqual([gone.status, idsOf(gone.body.revisions)], [200, all])
  })

  test('a change builds on the newest real revision, and with test: true on the newest of all', async () => {
    const id = await create({ system_prompt: 'One.', annotation: 'first' })
    await change(id, { system_prompt: 'Two.', test: true, annotation: 'try' })
    const next = (await change(id, { test: true, llm_config: { seed: 2 } })).body.revisions[0]
    assert.deepEqual([next.system_prompt, next.test, next.annotation], ['Two.', true, null])
    const real = (await change(id, { llm_config: { seed: 3 } })).body.revisions[0]
    assert.deepEqual([real.system_prompt, real.test, real.active], ['One.', false, false])
    const refused = await change(id, { system_prompt: 'One too many.' })
    assert.deepEqual([refused.status, refused.body.detail.reason], [409, 'TOO_MANY_REVISIONS'])
  })

  test('test: false makes a real revision of the newest test, once', async () => {
    const id = await create()
    await change(id, { system_prompt: 'Better.', test: true })
    const { body } = await change(id, { test: false, activate: true }, '?include_tests=true')
    assert.deepEqual(
      body.revisions.map(({ test, active, system_prompt }: Shown) => [test, active, system_prompt]),
      [
        [false, true, 'Better.'],
        [true, false, 'Better.'],
        [false, false, 'You answer.'],
      ],
    )
    assert.deepEqual((await change(id, { test: false, activate: true }, '?include_tests=true')).body, body)
  })

  test('an annotation stays with the revision that it was given to', async () => {
    const id = await create({ annotation: 'first' })
    assert.equal((await change(id, { user_prompt: 'Say something about {text}.' })).body.revisions.length, 1)
    assert.equal((await change(id, { annotation: 'first' })).body.revisions.length, 1)
    await change(id, { annotation: 'the same again' })
    await change(id, { system_prompt: 'Other.' })
    assert.deepEqual(
      (await read(id)).revisions.map(({ annotation }: Shown) => annotation),
      [null, 'the same again', 'first'],
    )
  })

  test('a call with files is refused where none are taken', async () => {
    const form = new FormData()
    form.append('name', 'with a file')
    form.append('task_file', new Blob(['x']), 'x.png')
    for (const path of ['/task', `/task/${await create()}`, '/task/tag']) {
      const refused = await running().call('POST', path, form)
      assert.deepEqual([refused.status, refused.body.detail[0].loc], [422, ['body', 'task_file']])
    }
  })

  test('the catalogues of what this server does not have are bare, empty lists', async () => {
    const id = await create()
    for (const path of ['/task_forwarder_type', `/task/${id}/share`]) {
      const { status, body } = await running().call('GET', path)
      assert.deepEqual([status, body], [200, []])
    }
    const absent = await running().call('GET', `/task/${newId()}/share`)
    assert.deepEqual([absent.status, absent.body.detail.reason], [404, 'TASK_NOT_FOUND'])
  })
})

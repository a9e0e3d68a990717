import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { startSystem, useSystem } from '../support/system.ts'

describe('running a task', () => {
  const running = useSystem()
  test('a waiting call answers with the run and its structured output', async () => {
    const system = running()
    const task = await system.createTask()
    const { status, body, headers } = await system.call('POST', `/task/${task}/run`, {
      task_input: { text: 'tea' },
      reference: 'r1',
    })
    assert.equal(status, 200)
    assert.deepEqual(Object.keys(body.response), ['answer', 'score'])
    assert.equal(body.status, 'succeeded')
    assert.equal(body.is_error, false)
    assert.equal(body.reference, 'r1')
    assert.deepEqual(body.run_data, { submitted: { text: 'tea' }, files: [] })
    assert.equal(body.total_tokens, body.input_tokens + body.output_tokens)
    assert.ok(body.input_tokens > 0 && body.output_tokens > 0)
    assert.equal(headers.get('x-task-run-id'), body.id)
    assert.equal(headers.get('x-task-revision-id'), body.task_revision_id)
    assert.match(headers.get('server-timing') ?? '', /queued;dur=.*total;dur=/)
    const stored = await system.call('GET', `/task/${task}/run/${body.id}`)
    assert.deepEqual(stored.body, body)
  })

  test('respond-async answers 202 with a place to poll, and a long poll brings the end', async () => {
    const system = running()
    const task = await system.createTask()
    const input = { task_input: { text: 'tea' } }
    const started = await system.call('POST', `/task/${task}/run`, input, {
      headers: { prefer: 'respond-async' },
    })
    assert.equal(started.status, 202)
    assert.equal(started.headers.get('preference-applied'), 'respond-async')
    assert.ok(started.headers.get('retry-after'))
    assert.equal(started.body.done, false)
    const location = started.headers.get('location') ?? ''
    assert.ok(location.endsWith(`/run/${started.headers.get('x-task-run-id')}`))
    const ended = await system.call('GET', `${location.replace('/api/v1', '')}?wait=30`)
    assert.equal(ended.body.status, 'succeeded')
  })

  test('an image reaches the run and the model, and is given back unchanged', async () => {
    const system = running()
    const task = await system.createTask({ image_required: true, user_prompt: 'Describe it.' })
    const image = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer()
    const form = new FormData()
    form.append('task_file', new Blob([new Uint8Array(image)], { type: 'text/plain' }), 'not-a-name.txt')
    const { status, body } = await system.call('POST', `/task/${task}/run`, form)
    assert.equal(status, 200)
    assert.match(body.files[0], /^[0-9a-f-]{36}\.jpeg$/)
    assert.deepEqual(body.run_data.files, body.files)
    // The prompts alone are a handful; an image is at least 85.
    assert.ok(body.input_tokens > 85, `${body.input_tokens} tokens`)
    const file = await fetch(
      `${system.checkedUrl}${system.project}/task/${task}/run/${body.id}/file/${body.files[0]}`,
      {
        headers: { authorization: `Bearer ${system.token}` },
      },
    )
    assert.equal(file.headers.get('content-type'), 'image/jpeg')
    assert.match(file.headers.get('content-disposition') ?? '', /^attachment/)
    assert.deepEqual(Buffer.from(await file.arrayBuffer()), image)
  })

  test('a text task answers with a string', async () => {
    const system = running()
    const task = await system.createTask({ output_modality: 'text' })
    const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
    assert.equal(typeof body.response, 'string')
  })

  test('revision_id reaches an inactive revision, and contradictory choices are refused', async () => {
    const system = running()
    const task = await system.createTask()
    const changed = await system.call('POST', `/task/${task}`, { user_prompt: 'Now about {text}!' })
    const inactive = changed.body.revisions[0].id
    assert.equal(changed.body.revisions[0].active, false)
    const input = { task_input: { text: 'tea' } }
    const run = await system.call('POST', `/task/${task}/run?revision_id=${inactive}`, input)
    assert.equal(run.body.task_revision_id, inactive)
    const both = await system.call(
      'POST',
      `/task/${task}/run?revision_id=${inactive}&revision=${task}`,
      input,
    )
    assert.equal(both.status, 422)
  })

  test('every model is served, whatever it knows of structured output', async () => {
    const system = running()
    for (const llm_model_id of ['simulated-large', 'simulated-small', 'simulated-basic']) {
      const task = await system.createTask({ llm_model_id })
      const { body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
      assert.equal(body.output_check, 'valid', llm_model_id)
    }
  })

  test('llm_config in the body overrides the revision key by key, and the run says what was used', async () => {
    const system = running()
    const task = await system.createTask({ llm_config: { temperature: 0.1, top_p: 0.5 } })
    const { body } = await system.call('POST', `/task/${task}/run`, {
      task_input: { text: 'tea' },
      llm_config: { temperature: 0.9 },
    })
    assert.deepEqual(body.llm_config, { temperature: 0.9, top_p: 0.5 })
  })

  test('lists are newest first, page by cursor, and filter by state, task and revision', async () => {
    const system = running()
    const task = await system.createTask()
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) {
      ids.unshift((await system.call('POST', `/task/${task}/run`, { task_input: { text: `${n}` } })).body.id)
    }
    const first = (await system.call('GET', `/task/${task}/run?page_limit=3`)).body
    const { next_cursor } = first.pagination
    const second = (await system.call('GET', `/task/${task}/run?page_limit=3&cursor=${next_cursor}`)).body
    const seen = [...first.results, ...second.results].map((run: { id: string }) => run.id)
    assert.deepEqual(seen, ids)
    assert.deepEqual([first.pagination.has_next, second.pagination.has_next], [true, false])
    assert.equal(
      (await system.call('GET', `/task_run?task_id=${task}&status=succeeded`)).body.results.length,
      5,
    )
    assert.equal((await system.call('GET', `/task/${task}/run?status=failed`)).body.results.length, 0)
    const changed = await system.call('POST', `/task/${task}`, { user_prompt: 'Briefly: {text}' })
    const [newer, older] = changed.body.revisions.map((revision: { id: string }) => revision.id)
    const listed = async (revision: string) =>
      (await system.call('GET', `/task/${task}/run?task_revision_id=${revision}`)).body.results.length
    assert.deepEqual([await listed(newer), await listed(older)], [0, 5])
  })
})

test('a model that keeps answering wrongly is asked twice, then the run fails with OUTPUT_INVALID', async (t) => {
  const system = await startSystem(t, { model: { faults: { schemaViolation: 1 } } })
  const task = await system.createTask()
  const { status, body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  assert.equal(status, 502)
  assert.equal(body.detail.reason, 'OUTPUT_INVALID')
  const { run } = body.detail
  assert.equal(run.id, body.detail.run_id)
  assert.equal(run.is_error, true)
  assert.equal(run.output_check, 'invalid')
  assert.equal(run.attempts.length, 2)
  const perAttempt = run.attempts.map((attempt: { output_tokens: number }) => attempt.output_tokens)
  assert.equal(run.output_tokens, perAttempt[0] + perAttempt[1])
  assert.equal(system.model.stats()['schemaViolation'], 2)
  const failed = await system.call('GET', `/task/${task}/run?status=failed`)
  assert.equal(failed.body.results[0].id, run.id)
})

test('a failing model is tried again a bounded number of times, and its words stay inside', async (t) => {
  const system = await startSystem(t, {
    model: { faults: { serverError: 1 } },
    env: { SPLITRUN_MODEL_ATTEMPTS: '3' },
  })
  const task = await system.createTask()
  const { status, body } = await system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  assert.equal(status, 502)
  assert.equal(body.detail.reason, 'MODEL_ERROR')
  assert.equal(system.model.stats()['serverError'], 3)
  assert.doesNotMatch(JSON.stringify(body), /simulated failure/)
})

test('a wait that runs out, or a client that leaves, does not stop the run', async (t) => {
  // Without a worker no run ends before its caller has gone.
  const system = await startSystem(t, { workers: 0 })
  const task = await system.createTask()
  const input = { task_input: { text: 'tea' } }
  const late = await system.call('POST', `/task/${task}/run?wait=0.05`, input)
  assert.equal(late.status, 202)

  const leaving = new AbortController()
  const left = fetch(`${system.checkedUrl}${system.project}/task/${task}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${system.token}` },
    body: JSON.stringify(input),
    signal: leaving.signal,
  })
  // The run exists once the list shows it; only then does its client leave.
  let id = ''
  while (id === '' || id === late.body.id)
    id = (await system.call('GET', `/task/${task}/run`)).body.results[0].id
  leaving.abort()
  await assert.rejects(left)
  await composeWorker(system.core)
  for (const each of [late.body.id, id]) {
    assert.equal((await system.call('GET', `/task/${task}/run/${each}?wait=100`)).body.status, 'succeeded')
  }
})

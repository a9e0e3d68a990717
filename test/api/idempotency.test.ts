import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { newId } from '../../src/platform/ids.ts'
import { useSystem } from '../support/system.ts'

describe('an Idempotency-Key', () => {
  const running = useSystem({ model: { latencyMs: 200 }, env: { SPLITRUN_SHARDS: '2' } })

  async function run(task: string, key: string, body: unknown = { task_input: { text: 'tea' } }, query = '') {
    return running().call('POST', `/task/${task}/run${query}`, body, { headers: { 'idempotency-key': key } })
  }

  test('gives concurrent twins one run, whose model is asked once, and says which answers are replays', async () => {
    const task = await running().createTask()
    const key = newId()
    const before = running().model.stats()['answered'] ?? 0
    const answers = await Promise.all(Array.from({ length: 10 }, () => run(task, key)))
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
    for (const { status, body } of answers) assert.deepEqual([status, body.status], [200, 'succeeded'])
    const replays = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')
    assert.equal(replays.length, 9)
    assert.equal(running().model.stats()['answered'], before + 1)
    assert.equal((await running().call('GET', `/task/${task}/run`)).body.results.length, 1)
  })

  test('replays a run that has ended, whatever order its inputs come in and however long the caller waits', async () => {
    const task = await running().createTask()
    const key = newId()
    const first = await run(task, key, { task_input: { text: 'tea', more: { a: 1, b: 2 } } })
    const again = await run(task, key, { task_input: { more: { b: 2, a: 1 }, text: 'tea' } }, '?wait=0')
    assert.deepEqual([again.status, again.body], [200, first.body])
    assert.equal(again.headers.get('x-task-run-id'), first.body.id)
  })

  test('is refused for another request, naming the run that has it', async () => {
    const task = await running().createTask()
    const other = await running().createTask()
    const key = newId()
    const { body } = await run(task, key)
    for (const answer of [
      await run(task, key, { task_input: { text: 'coffee' } }),
      await run(other, key),
      await run(task, key, { task_input: { text: 'tea' }, reference: 'r' }),
      await run(task, key, undefined, '?timeout=60'),
    ]) {
      assert.equal(answer.status, 422)
      assert.equal(answer.body.detail.reason, 'IDEMPOTENCY_KEY_REUSED')
      assert.equal(answer.body.detail.run_id, body.id)
      assert.equal(answer.headers.get('x-task-run-id'), body.id)
    }
  })

  test('belongs to its project alone', async () => {
    const task = await running().createTask()
    const key = newId()
    const { body } = await run(task, key)
    const there = await running().createProject()
    const made = await running().call(
      'POST',
      `${there.project}/task`,
      {
        name: 'task',
        enabled: true,
        system_prompt: 's',
        user_prompt: '{text}',
        llm_model_id: 'simulated-large',
        output_modality: 'text',
      },
      { token: there.token },
    )
    const answer = await running().call(
      'POST',
      `${there.project}/task/${made.body.id}/run`,
      { task_input: { text: 'tea' } },
      { token: there.token, headers: { 'idempotency-key': key } },
    )
    assert.equal(answer.status, 200)
    assert.notEqual(answer.body.id, body.id)
  })

  test("counts a run's own time, and the same time is the same request", async () => {
    const task = await running().createTask()
    const key = newId()
    const { body } = await run(task, key, undefined, '?timeout=60')
    const again = await run(task, key, undefined, '?timeout=60.0&wait=0')
    assert.deepEqual([again.status, again.body.id], [200, body.id])
    for (const query of ['', '?timeout=61']) {
      const { status, headers } = await run(task, key, undefined, query)
      assert.deepEqual([status, headers.get('x-task-run-id')], [422, body.id], query)
    }
  })

  test("of a task's token belongs to that task: it tells nothing of other runs, nor takes their keys", async () => {
    const [task, other] = [await running().createTask(), await running().createTask()]
    const tokenOf = async (id: string) => (await running().call('GET', `/task/${id}`)).body.access_token
    const as = (token: string | undefined, id: string, key: string, text = 'tea') =>
      running().call(
        'POST',
        `/task/${id}/run`,
        { task_input: { text } },
        { headers: { 'idempotency-key': key }, ...(token ? { token } : {}) },
      )
    const [own, foreign] = [await tokenOf(task), await tokenOf(other)]
    const key = newId()
    // Of another task's token, of the project's token there and here: all are other runs, and none is named.
    const answers = [
      await as(foreign, other, key),
      await as(undefined, other, `${key}-`),
      await as(undefined, task, `${task}${key}`),
      await as(own, task, key),
      await as(own, task, `${key}-`, 'coffee'),
    ]
    for (const { status, headers } of answers) {
      assert.deepEqual([status, headers.get('idempotent-replayed')], [200, null])
    }
    assert.equal(new Set(answers.map(({ body }) => body.id)).size, answers.length)
    assert.equal((await as(own, task, key)).body.id, answers[3]?.body.id)
    assert.equal((await as(own, task, key, 'coffee')).body.detail.run_id, answers[3]?.body.id)
  })

  test('still answers with its run when the task has been disabled since', async () => {
    const task = await running().createTask()
    const key = newId()
    const { body } = await run(task, key)
    await running().call('POST', `/task/${task}`, { enabled: false })
    assert.equal((await run(task, key)).body.id, body.id)
    assert.equal((await run(task, newId())).status, 409)
  })

  test('has 1 to 255 printable characters', async () => {
    const task = await running().createTask()
    assert.equal((await run(task, 'k'.repeat(255))).status, 200)
    for (const key of ['k'.repeat(256), 'with space', 'é']) {
      const { status, body } = await run(task, key)
      assert.deepEqual([status, body.detail[0].loc], [422, ['header', 'idempotency-key']])
    }
  })
})

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

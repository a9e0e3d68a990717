import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import OpenAI, { type APIError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { ADMIN_TOKEN, type System, useSystem } from '../../support/system.ts'

const refusalOf = (call: Promise<unknown>): Promise<APIError> =>
  call.then(
    () => assert.fail('it was not refused'),
    (error: APIError) => error,
  )

/** A chat with a task, as a call that has a key or none. */
const chat = (system: System, task: string, headers: Record<string, string> = {}) =>
  openAiClient(system).chat.completions.create(
    { model: `task/${task}`, messages: [{ role: 'user', content: 'tea' }] },
    { headers },
  )
const aKey = () => ({ 'idempotency-key': crypto.randomUUID() })

describe('whether the same call may be repeated, as its refusal says', () => {
  const running = useSystem({
    model: { faults: { serverError: 1 } },
    env: { SPLITRUN_MODEL_ATTEMPTS: '1' },
  })

  test('of a run that failed: with a key it is this very run', async () => {
    const task = await running().createTask()
    const keyed = await refusalOf(chat(running(), task, aKey()))
    assert.ok(keyed instanceof OpenAI.InternalServerError)
    assert.equal(keyed.headers?.get('x-should-retry'), 'false')
    const plain = await refusalOf(chat(running(), task))
    assert.equal(plain.headers?.get('x-should-retry'), 'true')
  })

  test('of a limit of the project, in the word that clients know', async () => {
    const system = await running().inNewProject()
    const task = await system.createTask()
    const policies = [{ name: 'few', requests_per_minute: 1 }]
    await system.call('POST', '/limit', { policies }, { token: ADMIN_TOKEN })
    await refusalOf(chat(system, task))
    const refused = await refusalOf(chat(system, task))
    assert.ok(refused instanceof OpenAI.RateLimitError)
    assert.deepEqual([refused.code, refused.type], ['rate_limit_exceeded', 'rate_limit_error'])
    assert.equal(refused.headers?.get('x-should-retry'), 'true')
    assert.ok(refused.headers?.get('retry-after'))
  })
})

describe('a run that outlasts the wait', () => {
  const running = useSystem({ model: { faults: { hang: 1 } }, env: { SPLITRUN_WAIT_MAX: '0.1s' } })

  test('is waited for again by the same call with its key, and would be another without one', async () => {
    const task = await running().createTask()
    const headers = aKey()
    const [first, again, plain] = [
      await refusalOf(chat(running(), task, headers)),
      await refusalOf(chat(running(), task, headers)),
      await refusalOf(chat(running(), task)),
    ]
    for (const each of [first, again, plain]) assert.equal(each.code, 'run_unfinished')
    assert.deepEqual(
      [first, again, plain].map((each) => each.headers?.get('x-should-retry')),
      ['true', 'true', 'false'],
    )
    const runs = [first, again, plain].map((each) => each.headers?.get('x-task-run-id'))
    assert.equal(runs[0], runs[1])
    assert.notEqual(runs[0], runs[2])
  })
})

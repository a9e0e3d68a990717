import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import OpenAI, { type APIError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { ADMIN_TOKEN, type System, until, useSystem } from '../../support/system.ts'

type Class = new (...args: never[]) => APIError

/** Makes sure that a call is refused by this class of OpenAI's, with this code; `retry`: whether it may be repeated. */
async function refuses(call: Promise<unknown>, is: Class, code: string, retry: boolean): Promise<APIError> {
  const error = await call.then(
    () => assert.fail(`it was not refused: ${code}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof is, `${code}: ${error}`)
  assert.equal(error.code, code)
  assert.equal(error.headers?.get('x-should-retry'), String(retry), code)
  assert.ok(error.message.length > 10 && error.requestID)
  return error
}

const start = (
  system: System,
  task: string,
  options: Partial<OpenAI.RequestOptions> & { apiKey?: string } = {},
) => {
  const { apiKey = system.token, ...rest } = options
  return openAiClient(system, { apiKey }).responses.create(
    { prompt: { id: task, variables: { text: 'x' } } },
    rest,
  )
}

describe("errors as OpenAI's client raises them", () => {
  const running = useSystem({ env: { SPLITRUN_PROJECT_QUEUE_MAX: '1' }, workers: 0 })

  test('of who calls, and what for', async () => {
    const system = running()
    const task = await system.createTask()
    const reader = await system.createToken(['task:read'])
    const other = await system.createProject()
    await refuses(
      start(system, task, { apiKey: 'unknown' }),
      OpenAI.AuthenticationError,
      'invalid_api_key',
      false,
    )
    await refuses(
      start(system, task, { apiKey: reader }),
      OpenAI.PermissionDeniedError,
      'permission_check_failed',
      false,
    )
    await refuses(
      start(system, task, { apiKey: ADMIN_TOKEN }),
      OpenAI.PermissionDeniedError,
      'permission_check_failed',
      false,
    )
    await refuses(
      start(system, task, { apiKey: other.token }),
      OpenAI.NotFoundError,
      'model_not_found',
      false,
    )
    await system.call('POST', `/task/${task}`, { enabled: false })
    await refuses(start(system, task), OpenAI.ConflictError, 'task_disabled', false)
  })

  test('of paths and methods that are not there, and of bodies that cannot be read', async () => {
    const system = running()
    const headers = { authorization: `Bearer ${system.token}`, 'content-type': 'application/json' }
    for (const [method, path, body, status, code] of [
      ['POST', '/v1/embeddings', '{}', 404, 'route_not_found'],
      ['GET', '/v1', undefined, 404, 'route_not_found'],
      ['GET', '/v1/responses', undefined, 405, 'method_not_allowed'],
      ['DELETE', '/v1/responses/resp_x', undefined, 405, 'method_not_allowed'],
      ['POST', '/v1/chat/completions', '{', 400, 'malformed_json'],
      ['POST', '/v1/responses', '[1]', 400, 'invalid_type'],
      ['GET', '/v1/models/%zz', undefined, 400, 'malformed_request'],
    ] as const) {
      const answer = await fetch(system.url + path, { method, headers, ...(body ? { body } : {}) })
      const { error } = (await answer.json()) as { error: { code: string; type: string; message: string } }
      assert.deepEqual([answer.status, error.code, error.type], [status, code, 'invalid_request_error'], path)
      assert.equal(answer.headers.get('x-should-retry'), 'false')
    }
    assert.equal((await fetch(`${system.url}/api/v1/v1/models`, { headers })).status, 404)
    const elsewhere = await fetch(`${system.url}/v1x`, { headers })
    assert.ok('detail' in ((await elsewhere.json()) as object))
  })

  test('of a queue that is full, and of runs that are cancelled or too late', async () => {
    const system = running()
    const client = openAiClient(system)
    const [task, brief] = [await system.createTask(), await system.createTask({ timeout: 0.3 })]
    const prompt = { id: task, variables: { text: 'x' } }
    const { id } = await client.responses.create({ prompt, background: true })
    const full = await refuses(start(system, task), OpenAI.RateLimitError, 'rate_limit_exceeded', true)
    assert.ok(full.headers?.get('retry-after'))
    await client.responses.cancel(id)
    const late = await refuses(start(system, brief), OpenAI.InternalServerError, 'run_expired', true)
    assert.equal(late.status, 504)
    assert.match(late.headers?.get('x-task-run-id') ?? '', /^[0-9a-f-]{36}$/)
  })
})

describe('a run that fails', () => {
  const running = useSystem({
    model: { faults: { serverError: 1 } },
    env: { SPLITRUN_MODEL_ATTEMPTS: '1' },
  })

  test('is an error for whoever waits, and a failed response for whoever reads', async () => {
    const system = running()
    const task = await system.createTask()
    const error = await start(system, task).catch((reason: APIError) => reason)
    assert.ok(error instanceof OpenAI.InternalServerError)
    const run = error.headers?.get('x-task-run-id') ?? ''
    const read = await openAiClient(system).responses.retrieve(run)
    const { body } = await system.call('GET', `/task/${task}/run/${run}`)
    assert.deepEqual([read.status, read.output], ['failed', []])
    assert.partialDeepStrictEqual(read.error, { code: 'server_error', reason: body.error.reason })
    assert.equal(error.headers?.get('x-should-retry'), String(body.error.retryable))
  })
})

/** It stands still twice: of a cluster that did, ioredis leaves connections that come again for ever. */
const ONE_SERVER = { skip: process.env['SPLITRUN_TEST_CLUSTER'] !== undefined }

describe('the store is away', ONE_SERVER, () => {
  const running = useSystem({ env: { SPLITRUN_REDIS_TIMEOUT: '3s' } })

  test('and the client may try again, where that cannot be a second run', async () => {
    const system = running()
    const task = await system.createTask()
    const refusedWhileAway = async (headers: Record<string, string>): Promise<APIError> => {
      // What it needs to know it knows then, so that the next thing asked of Redis is the run. A slow machine may need a
      // moment until Redis is back.
      const begins = () =>
        start(system, task).then(
          () => true,
          () => false,
        )
      await until(begins)
      system.redis.pause()
      const error = await start(system, task, { headers })
        .catch((reason: APIError) => reason)
        .finally(() => system.redis.resume())
      assert.ok(error instanceof OpenAI.InternalServerError, String(error))
      assert.deepEqual([error.status, error.code], [503, 'store_unavailable'])
      assert.ok(error.headers?.get('retry-after'))
      return error
    }
    let run: string | null | undefined
    // A slow machine may have forgotten what it knew: then Redis was not asked for the run, which may be repeated.
    while (!run) {
      const refused = await refusedWhileAway({})
      run = refused.headers?.get('x-task-run-id')
      assert.equal(refused.headers?.get('x-should-retry'), run ? 'false' : 'true')
    }
    // Redis may have the run, and execute it once it is back: a repetition would be paid once more.
    await until(async () => {
      const { status, body } = await system.call('GET', `/task/${task}/run/${run}`)
      return status === 404 || body.done === true
    })

    const keyed = await refusedWhileAway({ 'idempotency-key': 'mine' })
    assert.equal(keyed.headers?.get('x-should-retry'), 'true')
  })
})

for (const [fault, modality, status, reason] of [
  ['truncated', 'text', 'incomplete', 'max_output_tokens'],
  ['filtered', 'text', 'incomplete', 'content_filter'],
  ['declined', 'json', 'completed', null],
] as const) {
  describe(`an answer that is ${fault}`, () => {
    const running = useSystem({ model: { faults: { [fault]: 1 } } })

    test('is told in the words that clients know', async () => {
      const system = running()
      const task = await system.createTask({ output_modality: modality })
      const made = await start(system, task)
      assert.deepEqual([made.status, made.incomplete_details?.reason ?? null], [status, reason])
      const run = (await system.call('GET', `/task/${task}/run?page_limit=1`)).body.results[0]
      assert.equal(run.status, 'failed')
      const [message] = made.output
      assert.ok(message?.type === 'message')
      const [content] = message.content
      const chat = await openAiClient(system).chat.completions.create({
        model: `task/${task}`,
        messages: [{ role: 'user', content: 'x' }],
      })
      const [choice] = chat.choices
      if (fault === 'declined') {
        assert.partialDeepStrictEqual(content, { type: 'refusal', refusal: run.error.refusal })
        assert.deepEqual([choice?.message.content, choice?.message.refusal], [null, run.error.refusal])
      } else {
        assert.partialDeepStrictEqual(content, { type: 'output_text', text: run.error.partial })
        assert.equal(choice?.finish_reason, fault === 'filtered' ? 'content_filter' : 'length')
      }
    })
  })
}

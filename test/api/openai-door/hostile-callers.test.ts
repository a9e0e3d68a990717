import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { NotFoundError, RateLimitError } from 'openai'
import { openAiClient } from '../../support/openai-client.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { until, useSystem } from '../../support/system.ts'

const promptOf = (id: string) => ({ prompt: { id, variables: { text: 'tea' } } })
const messages = [{ role: 'user' as const, content: 'tea' }]

describe("many streams at OpenAI's door", () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t)
    return { env: { ...model.env, SPLITRUN_PROJECT_STREAMS_MAX: '1' } }
  })
  const client = (): OpenAI => openAiClient(running(), { baseURL: `${running().url}/v1` })
  const textTask = (fields: object = {}) =>
    running().createTask({ output_modality: 'text', llm_model_id: 'spoken', ...fields })
  async function answer(): Promise<void> {
    const call = await model.next()
    call.say('Hello')
    call.end()
  }
  test('more streams than are allowed are refused as too many, and no run is begun; a place that is left is free', async () => {
    const task = await textTask()
    const stop = new AbortController()
    const first = await client().responses.create(
      { ...promptOf(task), stream: true },
      { signal: stop.signal },
    )
    const events = first[Symbol.asyncIterator]()
    await events.next()
    const call = await model.next()
    const before = model.calls()
    for (const refused of [
      () => client().responses.create({ ...promptOf(task), stream: true }),
      () => client().chat.completions.create({ model: `task/${task}`, messages, stream: true }),
    ]) {
      await assert.rejects(refused(), (error) => {
        assert.ok(error instanceof RateLimitError)
        assert.equal(error.code, 'rate_limit_exceeded')
        assert.equal(error.headers.get('x-should-retry'), 'true')
        assert.ok(error.headers.get('retry-after'))
        return true
      })
    }
    assert.equal(model.calls(), before)
    const whole = client().responses.create(promptOf(task))
    await answer()
    assert.equal((await whole).output_text, 'Hello')
    stop.abort()
    call.cut()
    const stream = () => client().responses.create({ ...promptOf(task), stream: true })
    await until(() =>
      stream().then(
        () => true,
        () => false,
      ),
    )
  })
})

describe("strangers at OpenAI's door", () => {
  const running = useSystem()
  const client = (apiKey = running().token): OpenAI =>
    openAiClient(running(), { baseURL: `${running().url}/v1`, apiKey })
  const readAll = async (stream: AsyncIterable<unknown>): Promise<void> => {
    for await (const _ of stream);
  }

  test('a run of another project, or of another task than the token’s, is not there: neither to read, nor to follow, nor to cancel', async () => {
    const system = running()
    const { token: other } = await system.createProject()
    const [task, second] = [await system.createTask(), await system.createTask()]
    const ofSecond = (await system.call('GET', `/task/${second}`)).body.access_token as string
    const { id } = await client().responses.create(promptOf(task))
    const absent = `resp_${'0'.repeat(32)}`
    for (const apiKey of [other, ofSecond]) {
      const from = client(apiKey)
      for (const ask of [
        (run: string) => from.responses.retrieve(run),
        (run: string) => from.responses.retrieve(run, { stream: true, starting_after: 3 }),
        (run: string) => from.responses.cancel(run),
      ]) {
        const errors = await Promise.all(
          [id, absent].map((run) => Promise.resolve(ask(run)).catch((error) => error)),
        )
        for (const error of errors) assert.ok(error instanceof NotFoundError)
        assert.deepEqual(errors[0].error, errors[1].error)
      }
      for (const name of [task, `pmpt_${task.replaceAll('-', '')}`]) {
        for (const ask of [
          () => from.responses.create({ ...promptOf(name), stream: true }),
          () => from.chat.completions.create({ model: `task/${name}`, messages, stream: true }),
          () => from.models.retrieve(`task/${name}`),
        ]) {
          await assert.rejects(ask(), { status: 404, code: 'model_not_found' })
        }
      }
    }
    const listed = (await client(ofSecond).models.list()).data
    assert.equal(listed.length, 1)
    await readAll(await client(ofSecond).responses.create({ ...promptOf(second), stream: true }))
  })

  test('a key that was used for another request is refused, streamed or not, and a task’s keys are its own', async () => {
    const system = running()
    const task = await system.createTask()
    const ofTask = (await system.call('GET', `/task/${task}`)).body.access_token as string
    const options = { headers: { 'idempotency-key': crypto.randomUUID() } }
    const create = (text: string, apiKey?: string, stream = true) =>
      client(apiKey)
        .responses.create({ prompt: { id: task, variables: { text } }, stream }, options)
        .withResponse()
    const first = await create('tea', system.token, false)
    const again = await create('tea')
    assert.equal(again.response.headers.get('x-task-run-id'), first.response.headers.get('x-task-run-id'))
    await again.response.body?.cancel()
    await until(async () => {
      const refused = await create('coffee').catch((error) => error)
      return refused.code === 'idempotency_key_reused' && refused.status === 400
    })
    const own = await create('coffee', ofTask, false)
    assert.notEqual(own.response.headers.get('x-task-run-id'), first.response.headers.get('x-task-run-id'))
  })

  test('what is not acted on is named, wherever it stands', async () => {
    const { url, token } = running()
    const task = await running().createTask()
    const ignoredBy = async (path: string, body: object) => {
      const answer = await fetch(`${url}/v1/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      assert.equal(answer.status, 200, await answer.text())
      return answer.headers.get('x-ignored-fields')
    }
    const part = { type: 'text', text: 'tea', cache_control: { type: 'ephemeral' } }
    assert.equal(
      await ignoredBy('chat/completions', {
        ...{ model: `task/${task}`, stream_options: { include_usage: true } },
        messages: [{ role: 'user', name: 'me', content: [part] }],
      }),
      'messages.0.name, messages.0.content.0.cache_control, stream_options.include_usage',
    )
    assert.equal(
      await ignoredBy('responses', {
        ...{ prompt: { id: task }, stream: true, stream_options: { include_obfuscation: false } },
        input: [
          {
            type: 'message',
            role: 'user',
            id: 'msg_1',
            content: [{ type: 'input_text', text: 'tea', extra: 1 }],
          },
        ],
      }),
      'stream_options.include_obfuscation, input.0.id, input.0.content.0.extra',
    )
  })
})

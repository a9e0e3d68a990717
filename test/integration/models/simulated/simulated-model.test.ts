import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { type TestContext, test } from 'node:test'
import OpenAI from 'openai'
import { ModelError, type ModelErrorKind, type ModelRequest } from '../../../../src/models/model.ts'
import { createModelClient } from '../../../../src/models/protocol/openai-compatible.ts'
import { loadModels } from '../../../../src/models/servers/load-models.ts'
import {
  type SimulatedModelOptions,
  startSimulatedModel,
} from '../../../../src/models/simulated/simulated-model.ts'
import { until } from '../../../support/system.ts'

const schema = {
  type: 'object',
  properties: {
    mood: { type: 'string', enum: ['positive', 'neutral', 'negative'] },
    score: { type: 'number' },
  },
  required: ['mood', 'score'],
  additionalProperties: false,
}

async function simulated(t: TestContext, options: SimulatedModelOptions = {}, modelTimeout = 10) {
  const server = await startSimulatedModel(options)
  const client = createModelClient()
  t.after(async () => {
    await client.close()
    await server.close()
  })
  const settings = {
    modelsFile: null,
    openaiBaseUrl: null,
    openaiApiKey: null,
    modelNames: [],
    modelOutput: 'none',
    modelTimeout,
  } as const
  const models = loadModels(settings, server.url, () => undefined)
  const ask = (over: Partial<ModelRequest> = {}, name = 'simulated-large') => {
    const model = models.find((each) => each.name === name)
    assert.ok(model)
    const messages = [{ role: 'user', text: 'I love it' }] as const
    const request = { model, messages, parameters: {}, schema, ...over }
    return client.complete(request, new AbortController().signal)
  }
  return { server, ask }
}

/** The prompt that a model without json_schema needs. */
const inWords = [
  { role: 'system', text: `Answer in JSON that fits this schema:\n${JSON.stringify(schema)}` },
  { role: 'user', text: 'I love it' },
] as const

test('each kind of model answers in the shape it was asked for, as it can be asked', async (t) => {
  const { ask } = await simulated(t)
  for (const [name, messages] of [
    ['simulated-large', undefined],
    ['simulated-small', inWords],
    ['simulated-basic', inWords],
  ] as const) {
    const answer = JSON.parse((await ask(messages ? { messages } : {}, name)).text) as Record<string, unknown>
    assert.deepEqual(Object.keys(answer), ['mood', 'score'])
    assert.equal(answer['mood'], 'positive')
  }
  assert.match((await ask({ schema: null })).text, /simulated/)
})

test('the same request gets the same answer, from any server; another seed another one', async (t) => {
  const [one, two] = [await simulated(t), await simulated(t)]
  const answer = await one.ask()
  assert.deepEqual(await one.ask(), answer)
  assert.deepEqual(await two.ask(), answer)
  assert.notEqual((await one.ask({ parameters: { seed: 2 } })).text, answer.text)
})

test('usage grows with the prompt and with images, and max_tokens cuts the answer', async (t) => {
  const { ask } = await simulated(t)
  const plain = await ask()
  assert.ok(plain.inputTokens > 0 && plain.outputTokens > 0)
  const images = [{ mediaType: 'image/jpeg', base64: 'AAAA' }]
  const seen = await ask({ messages: [{ role: 'user', text: 'I love it', images }] })
  assert.ok(seen.inputTokens >= plain.inputTokens + 85)
  const short = await ask({ parameters: { max_tokens: 2 } })
  assert.deepEqual([short.finishReason, short.outputTokens], ['length', 2])
})

test('every fault reaches the client as what it is, and the server counts it', async (t) => {
  const cases: [NonNullable<SimulatedModelOptions['faults']>, ModelErrorKind][] = [
    [{ rateLimited: 1 }, 'rate_limited'],
    [{ serverError: 1 }, 'server_error'],
    [{ cut: 1 }, 'connection'],
    [{ hang: 1 }, 'timeout'],
  ]
  for (const [faults, kind] of cases) {
    const { ask, server } = await simulated(t, { faults, retryAfterMs: 1500 }, kind === 'timeout' ? 0.1 : 10)
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof ModelError)
      assert.deepEqual([error.kind, error.retryable], [kind, true])
      assert.equal(error.retryAfterMs, kind === 'rate_limited' ? 1500 : null)
      return true
    })
    // The client leaves the call that is never answered, which the server hears a moment later.
    await until(() => kind !== 'timeout' || server.stats()['aborted'] === 1)
    const aborted = kind === 'timeout' ? { aborted: 1 } : {}
    assert.deepEqual(server.stats(), { [Object.keys(faults)[0] ?? '']: 1, ...aborted })
  }
})

test('with a seed, the same calls in the same order meet the same faults, from any server', async (t) => {
  async function outcomes(seed: number): Promise<string> {
    const { ask } = await simulated(t, { seed, faults: { rateLimited: 0.3, serverError: 0.3 } })
    const all: string[] = []
    for (let call = 0; call < 30; call += 1) {
      all.push(
        await ask().then(
          () => 'answered',
          (error: ModelError) => error.kind,
        ),
      )
    }
    assert.equal(new Set(all).size, 3, `${all}`)
    return all.join()
  }
  const first = await outcomes(7)
  assert.equal(await outcomes(7), first)
  assert.notEqual(await outcomes(8), first)
})

test('calls are counted by the mark in their prompt, those that the client left too', async (t) => {
  // Longer than a busy machine takes to leave a call.
  const { server, ask } = await simulated(t, { latencyMs: 1500 })
  const marked = (mark: string) => ({ messages: [{ role: 'user', text: `Say [mark:${mark}] tea` }] as const })
  await Promise.all([ask(marked('run-1')), ask(marked('run-1')), ask(marked('run-2')), ask()])
  const left = new AbortController()
  const call = fetch(`${server.url}/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: '[mark:run-2]' }] }),
    signal: left.signal,
  })
  await until(() => server.marks()['run-2']?.['answered'] === 2)
  left.abort()
  await assert.rejects(call)
  await until(() => server.stats()['aborted'] === 1)
  const marks = { 'run-1': { answered: 2 }, 'run-2': { answered: 2, aborted: 1 } }
  assert.deepEqual(server.marks(), marks)
  assert.deepEqual(server.stats(), { answered: 5, aborted: 1 })
  const root = server.url.slice(0, -'/v1'.length)
  assert.deepEqual(await (await fetch(`${root}/stats/marks`)).json(), marks)
})

test('wrong answers are answers to the client: no JSON, or the wrong shape', async (t) => {
  const invalid = await simulated(t, { faults: { invalidJson: 1 } })
  const { text } = await invalid.ask()
  assert.throws(() => JSON.parse(text))
  const violating = await simulated(t, { faults: { schemaViolation: 1 } })
  const answer = JSON.parse((await violating.ask()).text) as Record<string, unknown>
  assert.notEqual(typeof answer['mood'], 'string')
})

test('the openai package reads its stream, usage at the end', async (t) => {
  const { server, ask } = await simulated(t)
  const openai = new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0 })
  const stream = await openai.chat.completions.create({
    model: 'simulated-large',
    messages: [{ role: 'user', content: 'I love it' }],
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let usage: OpenAI.CompletionUsage | null | undefined
  const reasons: unknown[] = []
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason)
    usage = chunk.usage ?? usage
  }
  const whole = await ask({ schema: null })
  assert.equal(text, whole.text)
  assert.deepEqual(reasons, ['stop'])
  assert.deepEqual([usage?.prompt_tokens, usage?.completion_tokens], [whole.inputTokens, whole.outputTokens])
})

test('it lists its models, reports its health and counts, and refuses what is malformed', async (t) => {
  const { server } = await simulated(t)
  const root = server.url.slice(0, -'/v1'.length)
  const list = (await (await fetch(`${server.url}/models`)).json()) as { data: { id: string }[] }
  assert.equal(list.data.length, 5)
  assert.equal((await fetch(`${root}/healthz`)).status, 200)
  assert.deepEqual(await (await fetch(`${root}/stats`)).json(), {})
  assert.equal((await fetch(`${server.url}/embeddings`, { method: 'POST', body: '{}' })).status, 404)
  const messages = (content: unknown) => JSON.stringify({ model: 'm', messages: [{ role: 'user', content }] })
  const bad = ['', '{', '{}', '{"model":"m"}', '{"model":"m","messages":[]}', messages(7)]
  bad.push(messages([{ type: 'image_url', image_url: { url: 'file:///etc/passwd' } }]))
  for (const body of bad) {
    const response = await fetch(`${server.url}/chat/completions`, { method: 'POST', body })
    assert.equal(response.status, 400, body)
    assert.equal(typeof ((await response.json()) as { error: { message: unknown } }).error.message, 'string')
  }
})

test('closing it ends a call that it left hanging', async () => {
  const server = await startSimulatedModel({ faults: { hang: 1 } })
  const call = httpRequest(`${server.url}/chat/completions`, { method: 'POST' })
  const cut = once(call, 'error')
  call.end(JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }))
  while (server.stats()['hang'] !== 1) await new Promise((resolve) => setImmediate(resolve))
  await server.close()
  await cut
})

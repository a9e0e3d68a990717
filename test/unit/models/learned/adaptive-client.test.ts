import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdaptiveClient } from '../../../../src/models/learned/adaptive-client.ts'
import { type Completion, ModelError, type ModelRequest } from '../../../../src/models/model.ts'
import { createModelRegistry } from '../../../../src/models/model-registry.ts'
import { describeModel } from '../../../../src/models/servers/describe-model.ts'

const server = { name: 's', baseUrl: 'http://127.0.0.1:1/v1', apiKey: '', timeoutMs: 1000 }
const configured = describeModel({
  ...{ name: 'm', provider: 's', server, output: 'json_schema', supportsVision: false },
})
const completion: Completion = {
  ...{
    text: '{}',
    model: null,
    inputTokens: 1,
    outputTokens: 1,
    finishReason: 'stop',
    ending: 'whole',
    ...{ cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, estimated: false },
    refusal: null,
  },
}

test('a run that was made before a step was learned goes on from it, and takes it once', async () => {
  const models = createModelRegistry([configured])
  const asked: ModelRequest[] = []
  const client = createAdaptiveClient({
    client: {
      async complete(request) {
        asked.push(request)
        if (request.model.output !== 'json_schema') return completion
        throw new ModelError('bad_request', 'json_schema is not supported', { retryable: false, status: 400 })
      },
      close: async () => {},
    },
    ...{ models, rememberMs: 1000, now: () => 0, learned: () => {} },
  })
  const request: ModelRequest = {
    ...{ model: configured, messages: [{ role: 'user', text: 'hi' }], parameters: {}, schema: {} },
    schemaInWords: () => 'in words',
  }
  const { signal } = new AbortController()
  for (let call = 0; call < 3; call += 1) await client.complete(request, signal)
  assert.deepEqual(
    asked.map(({ model }) => model.output),
    ['json_schema', 'json_object', 'json_object', 'json_object'],
  )
  for (const { messages } of asked.slice(1)) {
    assert.deepEqual(messages, [{ role: 'system', text: 'in words' }, ...request.messages])
  }
  assert.equal(models.adaptation(configured.id)?.output, 'json_object')
})

const refuse = (words: string) => new ModelError('bad_request', words, { retryable: false, status: 400 })

/** A client of a server that refuses as the function says. */
function adaptive(refusal: (request: ModelRequest) => string | null) {
  const models = createModelRegistry([configured])
  const learned: unknown[] = []
  const client = createAdaptiveClient({
    client: {
      async complete(request) {
        // Calls that come together are all under way before one is answered.
        await null
        const words = refusal(request)
        if (words !== null) throw refuse(words)
        return completion
      },
      close: async () => {},
    },
    ...{ models, rememberMs: 1000, now: () => 0, learned: (_: unknown, step: unknown) => learned.push(step) },
  })
  const ask = (parameters: ModelRequest['parameters'] = {}) => {
    const request: ModelRequest = {
      ...{ model: configured, messages: [{ role: 'user', text: 'hi' }], parameters, schema: {} },
      schemaInWords: () => 'in words',
    }
    return client.complete(request, new AbortController().signal)
  }
  return { ask, models, learned, known: () => models.adaptation(configured.id) }
}

test('what a server repeats of one request is not believed of the model', async () => {
  // Servers tell what they were sent: here a value of `extra`, which stays wrong without what it names.
  const service_tier = "'json_schema' and temperature are not supported"
  const { ask, learned, known } = adaptive(({ parameters }) =>
    parameters.extra ? `invalid value: ${String(parameters.extra['service_tier'])}` : null,
  )
  await assert.rejects(ask({ temperature: 1, extra: { service_tier } }), /invalid value/)
  assert.deepEqual([known(), learned], [null, []])
})

test('what a server does not know beside a member of extra is left out of that call alone', async () => {
  const { ask, known } = adaptive(({ parameters, model }) =>
    parameters.extra?.['tools'] && model.output !== 'none'
      ? 'response_format is not supported with tools'
      : null,
  )
  assert.equal(await ask({ extra: { tools: [] } }), completion)
  assert.equal(known(), null)
})

test('calls that find out different things together are all remembered, each once', async () => {
  const { ask, learned, known } = adaptive(({ parameters, model }) => {
    const dropped = model.rules?.dropped ?? []
    for (const name of ['seed', 'temperature'] as const)
      if (parameters[name] !== undefined && !dropped.includes(name)) return `${name} is not supported`
    return model.output === 'json_schema' ? 'json_schema is not supported' : null
  })
  await Promise.all([ask({ seed: 1 }), ask({ temperature: 1 }), ask({ seed: 2 }), ask()])
  const { output, dropped } = known() ?? {}
  assert.deepEqual([output, dropped?.toSorted()], ['json_object', ['seed', 'temperature']])
  const taught = learned.length
  await Promise.all([ask({ seed: 1, temperature: 1 }), ask({ seed: 1 })])
  assert.equal(learned.length, taught)
})

test('a call ends, however often what is known of its model is read anew while it is under way', async () => {
  let asked = 0
  const { ask, models } = adaptive(() => {
    asked += 1
    if (asked > 100) return null
    const known = { output: null, maxTokens: null, noSystemTurn: false, until: 1000 }
    models.adaptAll(new Map([[configured.id, { ...known, dropped: ['seed'] }]]))
    return 'json_schema is not supported'
  })
  await assert.rejects(ask(), ModelError)
  assert.ok(asked <= 11, `it asked ${asked} times`)
})

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

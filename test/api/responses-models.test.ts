import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type RecordedCall, startRecordedServer } from '../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

const calls: RecordedCall[] = []
const message = (...content: object[]) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
})
const text = (words: string) => ({ type: 'output_text', text: words, annotations: [] })
const USAGE = {
  ...{ input_tokens: 40, output_tokens: 30, total_tokens: 70 },
  input_tokens_details: { cached_tokens: 32 },
  output_tokens_details: { reasoning_tokens: 20 },
}
/** Answers of the Responses API, by the word in the prompt that asks for each. */
const ANSWERS: Record<string, { status?: number; body: object }> = {
  whole: {
    body: {
      status: 'completed',
      output: [{ type: 'reasoning', summary: [] }, message(text('{"answer": '), text('"yes", "score": 1}'))],
    },
  },
  refused: { body: { status: 'completed', output: [message({ type: 'refusal', refusal: 'I will not.' })] } },
  cut: {
    body: {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [message(text('{"answer": "ye'))],
    },
  },
  failed: { body: { status: 'failed', error: { code: 'server_error', message: 'broken' }, output: [] } },
  denied: {
    status: 401,
    body: { error: { message: 'no', type: 'invalid_request_error', code: 'invalid_api_key' } },
  },
}

async function start(t: Cleanup) {
  const server = await startRecordedServer(t, (call) => {
    calls.push(call)
    const word = Object.keys(ANSWERS).find((each) => JSON.stringify(call.body ?? '').includes(`[${each}]`))
    const { status = 200, body } = ANSWERS[word ?? ''] ?? { status: 404, body: {} }
    const whole = { object: 'response', model: 'real-1', error: null, usage: USAGE, ...body }
    return { status, body: status === 200 ? whole : body }
  })
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-responses-'))
  t.after(() => rm(dir, { recursive: true }))
  const file = join(dir, 'models.json')
  const model = { name: 'thinker', server: 's', api: 'responses', supports_vision: true }
  await writeFile(file, JSON.stringify({ servers: { s: { base_url: server.url } }, models: [model] }))
  return { env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_MODEL_ATTEMPTS: '1' } }
}

describe('a model that is asked by the Responses API', () => {
  const system = useSystem(start)
  async function run(word: string, task: object = {}) {
    const id = await system().createTask({ llm_model_id: 'thinker', ...task })
    return system().call('POST', `/task/${id}/run`, { task_input: { text: `[${word}]` } })
  }
  const asked = () => calls.filter(({ path }) => path.endsWith('/responses')).at(-1)

  test('is sent everything in that spelling, and its answer is read', async () => {
    const llm_config = {
      ...{ max_tokens: 500, temperature: 0.5, reasoning_effort: 'low' },
      extra: { text: { verbosity: 'low' }, reasoning: { summary: 'auto' }, service_tier: 'flex' },
    }
    const answer = await run('whole', { llm_config })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.body.response, { answer: 'yes', score: 1 })
    assert.deepEqual([answer.body.input_tokens, answer.body.output_tokens], [40, 30])
    const { input, text: wanted, ...rest } = asked()?.body ?? {}
    assert.deepEqual(rest, {
      ...{
        store: false,
        stream: false,
        model: 'thinker',
        max_output_tokens: 500,
        temperature: 0.5,
        service_tier: 'flex',
      },
      reasoning: { summary: 'auto', effort: 'low' },
    })
    assert.deepEqual(input, [
      { role: 'system', content: 'You answer.' },
      { role: 'user', content: 'Say something about [whole].' },
    ])
    assert.deepEqual(
      [wanted.verbosity, wanted.format.type, wanted.format.strict],
      ['low', 'json_schema', true],
    )
    assert.deepEqual(wanted.format.schema.required, ['answer', 'score'])
  })

  test('what is no whole answer fails the run', async () => {
    for (const word of ['refused', 'cut', 'failed', 'denied']) {
      const answer = await run(word)
      assert.equal(answer.status, 502, word)
      assert.equal(answer.body.detail.run.is_error, true)
    }
  })
})

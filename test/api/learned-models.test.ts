import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { chatCompletion, type RecordedCall, startRecordedServer } from '../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

const GOOD = chatCompletion('{"answer": "yes", "score": 1}')
const refusal = (message: string, more: object = {}) => ({
  status: 400,
  body: { error: { message, type: 'invalid_request_error', ...more } },
})
const sent = new Map<string, RecordedCall[]>()

/** How each server behaves: what it refuses, in the words of the one whose name it bears. */
const SERVERS: Record<string, (call: RecordedCall) => ReturnType<typeof refusal> | null> = {
  plain: () => null,
  groq: ({ body }) =>
    body.response_format?.type === 'json_schema'
      ? refusal('This model does not support response format `json_schema`. See supported models')
      : null,
  together: ({ body }) =>
    body.response_format?.type === 'json_schema'
      ? refusal('json_schema is not supported for this model')
      : null,
  deepseek: ({ body }) =>
    body.response_format ? refusal('This response_format type is unavailable now') : null,
  openai: ({ body }) =>
    'max_tokens' in body
      ? refusal(
          "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
          { param: 'max_tokens', code: 'unsupported_parameter' },
        )
      : 'temperature' in body
        ? refusal(
            "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            { param: 'temperature', code: 'unsupported_value' },
          )
        : null,
  vllm: ({ body }) =>
    'seed' in body
      ? refusal(
          "[{'type': 'extra_forbidden', 'loc': ('body', 'seed'), 'msg': 'Extra inputs are not permitted'}]",
        )
      : null,
  gemmas: ({ body }) => (body.messages?.[0].role === 'system' ? refusal('System role not supported') : null),
  gone: () => ({
    ...refusal('The model `old-4.1` has been deprecated, learn more here', { code: 'model_not_found' }),
    status: 404,
  }),
  strict: ({ body }) =>
    body.temperature > 1 ? refusal('temperature is not allowed to be greater than 1') : null,
}

async function modelsFile(t: Cleanup) {
  const dir = await mkdtemp(join(tmpdir(), 'splitrun-servers-'))
  t.after(() => rm(dir, { recursive: true }))
  const servers: Record<string, object> = {}
  const models: object[] = []
  for (const [name, behaves] of Object.entries(SERVERS)) {
    const server = await startRecordedServer(t, (call) => behaves(call) ?? { body: GOOD })
    sent.set(name, server.calls)
    servers[name] = { base_url: server.url }
    models.push({ name, server: name })
  }
  const file = join(dir, 'models.json')
  await writeFile(file, JSON.stringify({ servers, models }))
  return { env: { SPLITRUN_MODELS_FILE: file } }
}

describe('what servers do not know', () => {
  const system = useSystem(modelsFile)
  async function run(model: string, task: object = {}, input: object = { text: 'rain' }, body: object = {}) {
    const id = await system().createTask({ llm_model_id: model, ...task })
    return system().call('POST', `/task/${id}/run`, { task_input: input, ...body })
  }
  const last = (server = 'plain') => sent.get(server)?.at(-1)?.body
  const adapted = async (name: string) => {
    const { body } = await system().call('GET', '/model')
    return body.find((model: { name: string }) => model.name === name).adapted
  }

  test('a server that knows no json_schema is asked for less, at once and from then on', async () => {
    const first = await run('groq')
    assert.deepEqual([first.status, first.body.llm_retries], [200, 0])
    assert.equal(last('groq').response_format.type, 'json_object')
    assert.match(last('groq').messages[0].content, /must match this JSON Schema/)
    assert.equal(sent.get('groq')?.length, 2)
    await run('groq')
    assert.equal(sent.get('groq')?.length, 3)
    assert.match(last('groq').messages[0].content, /must match this JSON Schema/)
    assert.equal((await adapted('groq')).output, 'json_object')
    assert.equal((await run('deepseek')).status, 200)
    assert.equal((await adapted('deepseek')).output, 'none')
    assert.equal(await adapted('plain'), undefined)
  })

  test('calls that are refused together take one step, and a second try of a run goes on from there', async () => {
    const id = await system().createTask({ llm_model_id: 'together' })
    const runs = Array.from({ length: 8 }, (_, at) =>
      system().call('POST', `/task/${id}/run`, { task_input: { text: `rain ${at}` } }),
    )
    for (const { status } of await Promise.all(runs)) assert.equal(status, 200)
    assert.equal((await adapted('together')).output, 'json_object')
  })

  test('a parameter that a server does not know is left out, and a bound of tokens gets its other name', async () => {
    const llm_config = { temperature: 0.2, max_tokens: 50, seed: 4 }
    const taught = await run('openai', { llm_config })
    assert.equal(taught.status, 200)
    // Also of the run that found it out: what was really used is in the run.
    assert.deepEqual(taught.body.llm_config, { max_tokens: 50, seed: 4 })
    const { max_completion_tokens, max_tokens, temperature, seed } = last('openai')
    assert.deepEqual([max_completion_tokens, max_tokens, temperature, seed], [50, undefined, undefined, 4])
    const { dropped, max_tokens_as } = await adapted('openai')
    assert.deepEqual([dropped, max_tokens_as], [['temperature'], 'max_completion_tokens'])
    assert.deepEqual((await run('openai', { llm_config })).body.llm_config, { max_tokens: 50, seed: 4 })
    assert.equal((await run('vllm', { llm_config })).status, 200)
    assert.equal('seed' in last('vllm'), false)
  })

  test('a template without a system turn is found out', async () => {
    assert.equal((await run('gemmas')).status, 200)
    assert.equal(last('gemmas').messages[0].role, 'user')
    assert.equal((await adapted('gemmas')).no_system_turn, true)
  })

  test('a model that its server has no more is asked once, and then its fallback', async () => {
    const alone = await run('gone')
    assert.deepEqual(
      [alone.status, alone.body.detail.reason, alone.body.detail.retryable],
      [502, 'MODEL_RETIRED', false],
    )
    assert.equal(sent.get('gone')?.length, 1)
    const saved = await run('gone', { fallback_llm_model_id: 'plain' })
    assert.equal(saved.status, 200)
    assert.deepEqual(
      [saved.body.used_fallback_model, saved.body.primary_failure_reason],
      [true, 'MODEL_RETIRED'],
    )
  })

  test('a value that is refused is no parameter that is unknown', async () => {
    const answer = await run('strict', { llm_config: { temperature: 1.5 } })
    assert.equal(answer.status, 502)
    assert.equal(await adapted('strict'), undefined)
  })
})

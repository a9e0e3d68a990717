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

const RULES: Record<string, object> = {
  azure: { schema_dialect: 'azure', parameters: { rename: { max_tokens: 'max_completion_tokens' } } },
  gemini: { schema_dialect: 'gemini', strict: false },
  gemma: { system_turn: 'user' },
  developer: { system_turn: 'developer' },
  reasoner: {
    parameters: { drop: ['temperature'], add: { chat_template_kwargs: { thinking: false }, top_k: 1 } },
  },
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
  for (const [name, rules] of Object.entries(RULES)) models.push({ name, server: 'plain', ...rules })
  const file = join(dir, 'models.json')
  await writeFile(file, JSON.stringify({ servers, models }))
  return { env: { SPLITRUN_MODELS_FILE: file } }
}

describe('model servers as they are', () => {
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

  test('extra goes into the request as it is, and the run says so', async () => {
    const llm_config = {
      temperature: 0.5,
      extra: { top_k: 40, chat_template_kwargs: { enable_thinking: false } },
    }
    const answer = await run('plain', { llm_config })
    assert.equal(answer.status, 200)
    const { temperature, top_k, chat_template_kwargs, extra } = last()
    assert.deepEqual(
      [temperature, top_k, chat_template_kwargs, extra],
      [0.5, 40, { enable_thinking: false }, undefined],
    )
    assert.deepEqual(answer.body.llm_config, llm_config)
  })

  test('extra cannot hold what the service writes itself, nor parameters', async () => {
    for (const name of [
      'model',
      'messages',
      'stream',
      'response_format',
      'n',
      'temperature',
      'max_completion_tokens',
    ]) {
      const answer = await run('plain', {}, undefined, { llm_config: { extra: { [name]: 1 } } })
      assert.equal(answer.status, 422, name)
      assert.deepEqual(answer.body.detail[0].loc, ['body', 'llm_config', 'extra', name])
    }
  })

  test('parameters are renamed, dropped and added as the models file says', async () => {
    const llm_config = { temperature: 0.5, max_tokens: 9 }
    await run('azure', { llm_config })
    assert.deepEqual([last().max_completion_tokens, last().max_tokens], [9, undefined])
    const answer = await run('reasoner', { llm_config: { ...llm_config, extra: { top_k: 2 } } })
    const { temperature, top_k, chat_template_kwargs } = last()
    assert.deepEqual([temperature, top_k, chat_template_kwargs], [undefined, 2, { thinking: false }])
    assert.deepEqual(answer.body.llm_config, { max_tokens: 9, extra: { top_k: 2 } })
  })

  test('a system prompt becomes the turn that the template knows', async () => {
    const turns = async (model: string, task: object = {}, input?: object) => {
      await run(
        model,
        {
          output_modality: 'text',
          output_format: undefined,
          system_prompt: 'S',
          user_prompt: '{text}',
          ...task,
        },
        input,
      )
      return last().messages.map(({ role, content }: { role: string; content: string }) => [role, content])
    }
    assert.deepEqual(await turns('plain'), [
      ['system', 'S'],
      ['user', 'rain'],
    ])
    assert.deepEqual(await turns('developer'), [
      ['developer', 'S'],
      ['user', 'rain'],
    ])
    assert.deepEqual(await turns('gemma'), [['user', 'S\n\nrain']])
    assert.deepEqual(await turns('plain', {}, { text: ' ' }), [['user', 'S']])
    assert.deepEqual(await turns('plain', { system_prompt: ' ' }), [['user', 'rain']])
  })

  test('with nothing in the prompts no model is asked', async () => {
    const before = sent.get('plain')?.length
    const answer = await run('plain', { system_prompt: '\n', user_prompt: '{text}' }, { text: '' })
    assert.equal(answer.status, 422)
    assert.match(answer.body.detail[0].msg, /nothing in the prompts/)
    assert.equal(sent.get('plain')?.length, before)
  })

  test("Gemini's schemas are in its own words", async () => {
    const output_format = {
      answer: { type: 'string', options: ['yes', 'no'], required: false },
      score: { type: 'integer', options: [1, 2] },
    }
    assert.equal((await run('gemini', { output_format })).status, 200)
    assert.deepEqual(last().response_format.json_schema, {
      name: 'response',
      schema: {
        type: 'object',
        required: ['answer', 'score'],
        properties: {
          answer: { type: 'string', nullable: true, enum: ['yes', 'no'] },
          score: { type: 'integer', description: 'One of 1, 2.' },
        },
        propertyOrdering: ['answer', 'score'],
      },
    })
  })

  test('a format that the server would refuse for its size is refused when the task is saved', async () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'string']))
    const save = (model: string, count: number) =>
      system().call('POST', '/task', {
        ...{ name: `keys ${model} ${count}`, enabled: true, system_prompt: 'a', user_prompt: 'b' },
        ...{ llm_model_id: 'plain', fallback_llm_model_id: model, output_format: keys(count) },
      })
    assert.equal((await save('azure', 100)).status, 200)
    const refused = await save('azure', 101)
    assert.equal(refused.status, 422)
    assert.deepEqual(refused.body.detail[0].loc, ['body', 'output_format'])
    assert.match(refused.body.detail[0].msg, /101 keys, all levels together; Azure takes 100/)
    assert.equal((await save('gemini', 101)).status, 200)
  })

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
    assert.equal((await run('openai', { llm_config })).status, 200)
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

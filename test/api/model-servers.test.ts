import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { chatCompletion, type RecordedCall, startRecordedServer } from '../support/recorded-server.ts'
import { type Cleanup, useSystem } from '../support/system.ts'

const GOOD = chatCompletion('{"answer": "yes", "score": 1}')
const sent = new Map<string, RecordedCall[]>()

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
  const server = await startRecordedServer(t, () => ({ body: GOOD }))
  sent.set('plain', server.calls)
  const servers = { plain: { base_url: server.url } }
  const models: object[] = [{ name: 'plain', server: 'plain' }]
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
})

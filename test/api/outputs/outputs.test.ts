import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { createClient } from '../../../client/src/index.ts'
import { modelNameOf, openAiClient } from '../../support/openai-client.ts'
import { useSystem } from '../../support/system.ts'
import { ACCEPTED, NOT_ACCEPTED } from './accepted-types.ts'

const TEXT_ONLY = { output_format: null, user_prompt: 'Say {text}.' }

describe('tasks that answer with files', () => {
  const running = useSystem({ env: { SPLITRUN_OUTPUT_FILE_MAX: '200kb', SPLITRUN_PDF_PAGES_MAX: '3' } })
  const create = (output_modality: string, fields: object = {}) =>
    running().createTask({ output_modality, ...TEXT_ONLY, ...fields })

  /** The bytes that a run is answered with, or its JSON. */
  async function post(task: string, accept: string, query = '') {
    const { url, project, token } = running()
    const response = await fetch(`${url}${project}/task/${task}/run${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const type = response.headers.get('content-type') ?? ''
    return { response, type, bytes, json: type.includes('json') ? JSON.parse(bytes.toString()) : null }
  }

  async function run(task: string) {
    const { status, body } = await running().call('POST', `/task/${task}/run`, {
      task_input: { text: 'tea' },
    })
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }

  async function fileOf(task: string, run: { id: string; response: { file: string } }) {
    const { url, project, token } = running()
    const path = `${url}${project}/task/${task}/run/${run.id}/file/${run.response.file}`
    const response = await fetch(path, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(response.status, 200)
    return { type: response.headers.get('content-type'), bytes: Buffer.from(await response.arrayBuffer()) }
  }

  const MADE: [modality: string, model: string, media: RegExp, begins: RegExp][] = [
    ['csv', 'simulated-large', /^text\/csv/, /^name,price\r\n/],
    ['pdf', 'simulated-basic', /^application\/pdf$/, /^%PDF-/],
    ['image', 'simulated-image', /^image\/png$/, /^\x89PNG/],
    ['image', 'simulated-large', /^image\/png$/, /^\x89PNG/],
    ['audio', 'simulated-speech', /^audio\/mpeg$/, /^\xff\xfb/],
    ['audio', 'simulated-large', /^audio\/mpeg$/, /^\xff\xfb/],
  ]
  for (const [modality, llm_model_id, media, begins] of MADE) {
    test(`${modality} of ${llm_model_id} is stored, listed, given back, and sent where it is asked for`, async () => {
      const format = modality === 'csv' ? { output_format: { name: 'string', price: 'number' } } : {}
      const task = await create(modality, { llm_model_id, ...format })
      const made = await run(task)
      assert.equal(made.status, 'succeeded')
      const { file, media_type, bytes, text } = made.response
      assert.match(media_type, media)
      assert.ok(text === null || typeof text === 'string')
      assert.deepEqual(made.files, [file])
      assert.deepEqual(made.run_data.files, [file])
      const given = await fileOf(task, made)
      assert.match(given.type ?? '', media)
      assert.equal(given.bytes.length, bytes)
      assert.match(given.bytes.toString('latin1'), begins)
      const listed = await running().call('GET', `/task/${task}/run?fields=summary`)
      assert.deepEqual(listed.body.results[0].files, [file])

      const sent = await post(task, media_type)
      assert.equal(sent.response.status, 200)
      assert.match(sent.type, media)
      assert.match(sent.bytes.toString('latin1'), begins)
      assert.ok(sent.response.headers.get('x-task-run-id'))
    })
  }

  test('the table has what the model said of each row, and no formulas', async () => {
    const task = await create('csv', { output_format: { name: 'string', price: 'number' } })
    const { response } = await run(task)
    const rows = parse(response.text, { columns: true }) as { price: string }[]
    assert.ok(rows.length > 0)
    for (const { price } of rows) assert.ok(Number.isFinite(Number(price)))
  })

  const tasks = new Map<string, Promise<string>>()
  const MODELS: Record<string, string> = { image: 'simulated-image', audio: 'simulated-speech' }
  function taskOf(modality: string) {
    const json = { output_modality: 'json', output_format: { answer: 'string' } }
    const fields = modality === 'json' ? json : {}
    const made =
      tasks.get(modality) ??
      create(modality, {
        llm_model_id: MODELS[modality] ?? 'simulated-large',
        ...(modality === 'csv' ? { output_format: { a: 'string' } } : {}),
        ...fields,
      })
    tasks.set(modality, made)
    return made
  }
  for (const [accept, modality, type] of ACCEPTED) {
    test(`Accept: ${accept} of a task that answers with ${modality}`, async () => {
      const answer = await post(await taskOf(modality), accept)
      assert.equal(answer.response.status, 200, answer.bytes.toString())
      assert.match(answer.type, type)
    })
  }

  for (const [accept, modality] of NOT_ACCEPTED) {
    test(`406 for ${accept} of a task that answers with ${modality}, and nothing is asked`, async () => {
      const task = await taskOf(modality)
      const { total: before } = await total(task)
      const { response, json } = await post(task, accept)
      assert.equal(response.status, 406)
      assert.equal(json.detail.reason, 'NOT_ACCEPTABLE')
      assert.equal((await total(task)).total, before)
    })
  }
  const total = async (task: string) => ({
    total: (await running().call('GET', `/task/${task}/run`)).body.results.length,
  })

  test('one that takes another kind of image is told of the run that has it', async () => {
    const task = await taskOf('image')
    const { response, json } = await post(task, 'image/webp')
    assert.equal(response.status, 406)
    const { run_id, file } = json.detail
    assert.equal(response.headers.get('x-task-run-id'), run_id)
    assert.match(
      (await fileOf(task, { id: run_id, response: { file } })).bytes.toString('latin1'),
      /^\x89PNG/,
    )
  })

  test('who does not wait is told of the run, and errors are JSON', async () => {
    const task = await taskOf('image')
    const { response, json } = await post(task, 'image/*', '?wait=0')
    assert.equal(response.status, 202)
    assert.equal(json.response, null)
    const failed = await post(task, 'image/*', '?revision_id=00000000-0000-7000-8000-000000000000')
    assert.equal(failed.response.status, 404)
    assert.equal(failed.json.detail.reason, 'TASK_REVISION_NOT_FOUND')
  })

  test('recordings are in the format that the task asks for', async () => {
    for (const llm_model_id of ['simulated-speech', 'simulated-large']) {
      const llm_config = { extra: { audio: { voice: 'nova', format: 'wav' } } }
      const { response } = await run(await create('audio', { llm_model_id, llm_config }))
      assert.equal(response.media_type, 'audio/wav')
    }
  })

  const UNFIT: [fields: object, place: string][] = [
    [{ output_modality: 'image', llm_model_id: 'simulated-small' }, 'llm_model_id'],
    [{ output_modality: 'audio', llm_model_id: 'simulated-image' }, 'llm_model_id'],
    [{ output_modality: 'text', llm_model_id: 'simulated-image' }, 'llm_model_id'],
    [{ output_modality: 'pdf', llm_model_id: 'simulated-speech' }, 'llm_model_id'],
    [
      { output_modality: 'image', llm_model_id: 'simulated-image', fallback_llm_model_id: 'simulated-small' },
      'fallback_llm_model_id',
    ],
    [{ output_modality: 'pdf', output_format: { a: 'string' } }, 'output_format'],
    [
      { output_modality: 'image', llm_model_id: 'simulated-image', output_format: { a: 'string' } },
      'output_format',
    ],
    [{ output_modality: 'audio', llm_config: { extra: { audio: { format: 'pcm16' } } } }, 'audio'],
    [{ output_modality: 'text', llm_config: { extra: { modalities: ['audio'] } } }, 'modalities'],
    [{ output_modality: 'csv', on_truncated: 'accept' }, 'on_truncated'],
    [{ output_modality: 'video' }, 'output_modality'],
  ]
  for (const [fields, place] of UNFIT) {
    test(`a task is refused: ${JSON.stringify(fields)}`, async () => {
      const task = {
        name: 'unfit',
        enabled: true,
        system_prompt: 'You answer.',
        llm_model_id: 'simulated-large',
        ...TEXT_ONLY,
        ...fields,
      }
      const { status, body } = await running().call('POST', '/task', task)
      assert.equal(status, 422)
      assert.ok(body.detail[0].loc.includes(place), JSON.stringify(body))
    })
  }

  test('a client gets what a task makes, as what it is', async () => {
    const { checkedUrl, project, token } = running()
    const [, org, , id] = project.slice(1).split('/')
    const client = createClient({ baseUrl: checkedUrl, token, org: org ?? '', project: id ?? '' })
    const task = client.task(await taskOf('image'), { format: 'file' })
    const { output, run } = await task.run({ text: 'tea' })
    assert.equal(output.media_type, 'image/png')
    const picture = await task.attach(run.id).file(output.file)
    assert.equal(picture.type, 'image/png')
    assert.equal(picture.size, output.bytes)
  })

  test('OpenAI’s clients are given tables, and refused what their protocols cannot show', async () => {
    const openai = openAiClient(running())
    const ask = async (modality: string) => {
      const model = await modelNameOf(running(), await taskOf(modality))
      return openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'tea' }] })
    }
    assert.match((await ask('csv')).choices[0]?.message.content ?? '', /^a\r\n/)
    const model = await modelNameOf(running(), await taskOf('csv'))
    const response = await openai.responses.create({
      prompt: { id: model.replace(/^task\//, ''), variables: { text: 'tea' } },
    })
    assert.match(response.output_text, /^a\r\n/)
    const stream = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'tea' }],
      stream: true,
    })
    let streamed = ''
    for await (const chunk of stream) streamed += chunk.choices[0]?.delta.content ?? ''
    assert.match(streamed, /^a\r\n/)
    for (const modality of ['pdf', 'image', 'audio']) {
      await assert.rejects(ask(modality), /answers with (pdf|image|audio), which these protocols cannot show/)
    }
  })
})

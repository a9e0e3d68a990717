import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { NotFoundError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import sharp from 'sharp'
import { z } from 'zod'
import { openAiClient } from '../../support/openai-client.ts'
import { until, useSystem } from '../../support/system.ts'

describe("responses of OpenAI's client", () => {
  const running = useSystem()
  const aliasOf = async (task: string): Promise<string> =>
    (await running().call('GET', `/task/${task}`)).body.alias
  const inputsOf = async (id: string, task: string) => {
    const run = id.replace(/^resp_(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    return (await running().call('GET', `/task/${task}/run/${run}`)).body
  }

  test('a stored prompt runs with its variables, and the run is the same as any', async () => {
    const system = running()
    const task = await system.createTask()
    const { data, response: http } = await openAiClient(system)
      .responses.create({
        prompt: { id: await aliasOf(task), variables: { text: 'tea' } },
        metadata: { reference: 'order-1', reporting_group: 'web', customer: 'x' },
        temperature: 0.5,
        max_output_tokens: 500,
        reasoning: { effort: 'low' },
      })
      .withResponse()
    assert.equal(data.status, 'completed')
    assert.deepEqual(Object.keys(JSON.parse(data.output_text)), ['answer', 'score'])
    assert.deepEqual(data.metadata, { reference: 'order-1', reporting_group: 'web' })
    assert.equal(http.headers.get('x-ignored-fields'), 'metadata.customer')
    const run = await inputsOf(data.id, task)
    assert.equal(http.headers.get('x-task-run-id'), run.id)
    assert.deepEqual(run.run_data.submitted, { text: 'tea' })
    assert.deepEqual([run.reference, run.reporting_group], ['order-1', 'web'])
    assert.partialDeepStrictEqual(run.llm_config, {
      temperature: 0.5,
      max_tokens: 500,
      reasoning_effort: 'low',
    })
    assert.deepEqual(JSON.parse(data.output_text), run.response)
    assert.deepEqual(data.usage, {
      input_tokens: run.input_tokens,
      input_tokens_details: { cached_tokens: run.cached_tokens, cache_write_tokens: 0 },
      output_tokens: run.output_tokens,
      output_tokens_details: { reasoning_tokens: run.reasoning_tokens },
      total_tokens: run.total_tokens,
    })
    assert.deepEqual(await openAiClient(system).responses.retrieve(data.id), { ...data })
  })

  test('a task is found by its alias, its id, its name, and the alias that it was given', async () => {
    const system = running()
    const own = `pmpt_6${crypto.randomUUID().replaceAll('-', '')}819`
    const task = await system.createTask({ alias: own })
    const { name, alias } = (await system.call('GET', `/task/${task}`)).body
    assert.equal(alias, own)
    for (const id of [own, task, task.toUpperCase(), name, `pmpt_${task.replaceAll('-', '')}`]) {
      const { prompt } = await openAiClient(system).responses.create({
        prompt: { id, variables: { text: 'x' } },
      })
      assert.equal(prompt?.id, own, id)
    }
    const byModel = await openAiClient(system).responses.create({ model: `task/${name}`, input: 'tea' })
    assert.deepEqual((await inputsOf(byModel.id, task)).run_data.submitted, { text: 'tea' })
  })

  test('a version is a tag, a revision or its number, and without one the weights decide', async () => {
    const system = running()
    const task = await system.createTask()
    const changed = await system.call('POST', `/task/${task}`, { user_prompt: 'Now about {text}!' })
    const [second, first] = changed.body.revisions.map(({ id }: { id: string }) => id)
    const tag = await system.call('POST', '/task_revision/tag', { name: 'prod' })
    await system.call('POST', `/task_revision/tag/${tag.body.id}/add`, { entities: [second] })
    const run = async (version?: string) => {
      const prompt = { id: task, variables: { text: 'x' }, ...(version ? { version } : {}) }
      return (await openAiClient(system).responses.create({ prompt })).prompt?.version
    }
    assert.equal(await run(), first)
    for (const version of ['2', second, 'prod']) assert.equal(await run(version), second, version)
    assert.equal(await run('1'), first)
    for (const version of ['0', '3', 'none', crypto.randomUUID(), 'not-a-version']) {
      await assert.rejects(run(version), (error) => {
        assert.ok(error instanceof NotFoundError, version)
        assert.equal(error.code, 'model_not_found')
        return true
      })
    }
  })

  test('input is the one parameter that variables leave open, or a JSON object of inputs', async () => {
    const system = running()
    const task = await system.createTask({ user_prompt: 'About {text} in {language}.' })
    const submitted = async (body: object) => {
      const made = await openAiClient(system).responses.create(body)
      return (await inputsOf(made.id, task)).run_data.submitted
    }
    const prompt = { id: task, variables: { language: 'en' } }
    const message = { role: 'user', content: [{ type: 'input_text', text: 'tea' }] }
    const both = { language: 'en', text: 'tea' }
    assert.deepEqual(await submitted({ prompt, input: 'tea' }), both)
    assert.deepEqual(await submitted({ prompt, input: [message] }), both)
    assert.deepEqual(await submitted({ prompt, input: [{ type: 'message', ...message }] }), both)
    assert.deepEqual(await submitted({ prompt: { id: task }, input: JSON.stringify(both) }), both)
    assert.deepEqual(await submitted({ prompt, input: '{"a": 1}' }), { language: 'en', text: '{"a": 1}' })
    assert.deepEqual(
      await submitted({
        prompt: { id: task, variables: { language: { type: 'input_text', text: 'en' }, text: 'tea' } },
      }),
      both,
    )
  })

  test('images within the request are files of the run, wherever they stand', async () => {
    const system = running()
    const task = await system.createTask({ image_required: true, user_prompt: 'Describe {photo} for {who}.' })
    const image = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer()
    const data = `data:image/jpeg;base64,${image.toString('base64')}`
    const { id } = await openAiClient(system).responses.create({
      prompt: { id: task, variables: { photo: { type: 'input_image', image_url: data, detail: 'auto' } } },
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'a child' },
            { type: 'input_image', image_url: data, detail: 'high' },
            { type: 'input_file', filename: 'x.jpg', file_data: image.toString('base64') },
          ],
        },
      ],
    })
    const run = await inputsOf(id, task)
    assert.deepEqual(run.run_data.submitted, { photo: '[image 1]', who: 'a child' })
    assert.equal(run.files.length, 3)
  })

  test('an image may be as large as one that is uploaded', async () => {
    const system = running()
    const task = await system.createTask({ image_required: true, user_prompt: 'Describe it.' })
    const noise = randomBytes(1400 * 1400 * 3)
    const image = await sharp(noise, { raw: { width: 1400, height: 1400, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer()
    assert.ok(image.length > 5_000_000)
    const made = await openAiClient(system).responses.create({
      prompt: { id: task },
      input: [
        {
          role: 'user',
          content: [
            {
              type: 'input_image',
              image_url: `data:image/png;base64,${image.toString('base64')}`,
              detail: 'auto',
            },
          ],
        },
      ],
    })
    assert.equal(made.status, 'completed')
  })

  test('parse gives the object that the schema describes, and a schema that does not fit is refused', async () => {
    const system = running()
    const task = await system.createTask({
      output_format: {
        answer: 'string',
        mood: { type: 'string', options: ['good', 'bad'] },
        parts: { type: 'list', item_type: 'object', nested_structure: { n: 'integer' } },
        note: { type: 'string', required: false },
      },
    })
    const Answer = z.object({
      answer: z.string(),
      mood: z.enum(['good', 'bad', 'unknown']),
      parts: z.array(z.object({ n: z.number() })),
      note: z.string().nullable(),
    })
    const prompt = { id: task, variables: { text: 'tea' } }
    const parse = (schema: z.ZodType) =>
      openAiClient(system)
        .responses.parse({ prompt, text: { format: zodTextFormat(schema, 'answer') } })
        .withResponse()
    const { data } = await parse(Answer)
    assert.ok(data.output_parsed && Answer.parse(data.output_parsed))
    const bounded = await parse(Answer.extend({ answer: z.string().min(1) }))
    assert.equal(
      bounded.response.headers.get('x-ignored-fields'),
      'text.format.schema.properties.answer.minLength',
    )
    for (const [schema, why] of [
      [Answer.extend({ mood: z.enum(['good']) }), /mood.*"bad"/],
      [Answer.omit({ note: true }), /also answers "note"/],
      [Answer.extend({ more: z.string() }), /does not answer "more"/],
      [Answer.extend({ note: z.string() }), /note.*may answer null/],
    ] as const) {
      await assert.rejects(parse(schema), (error: Error & { status?: number; param?: string }) => {
        assert.deepEqual([error.status, error.param], [400, 'text.format.schema'])
        assert.match(error.message, why)
        return true
      })
    }
  })

  test('in the background it is queued, retrieved until it ends, and cancelled', async () => {
    const system = running()
    const client = openAiClient(system)
    const task = await system.createTask()
    const prompt = { id: task, variables: { text: 'tea' } }
    const started = await client.responses.create({ prompt, background: true })
    assert.equal(started.background, true)
    assert.ok(['queued', 'in_progress', 'completed'].includes(started.status ?? ''))
    await until(async () => (await client.responses.retrieve(started.id)).status === 'completed')
    const ended = await client.responses.cancel(started.id)
    assert.equal(ended.status, 'completed')
    await assert.rejects(client.responses.retrieve('resp_none'), NotFoundError)
    await assert.rejects(client.responses.retrieve(`resp_${'0'.repeat(32)}`), NotFoundError)
  })

  test('a key of idempotency gives the same response', async () => {
    const system = running()
    const client = openAiClient(system)
    const task = await system.createTask()
    const send = (text: string) =>
      client.responses
        .create({ prompt: { id: task, variables: { text } } }, { headers: { 'Idempotency-Key': 'once' } })
        .withResponse()
    const first = await send('tea')
    const again = await send('tea')
    assert.equal(again.data.id, first.data.id)
    assert.equal(again.response.headers.get('idempotent-replayed'), 'true')
    await assert.rejects(send('coffee'), { status: 400, code: 'idempotency_key_reused' })
  })
})

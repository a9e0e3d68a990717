import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { BadRequestError, NotFoundError } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources'
import sharp from 'sharp'
import { z } from 'zod'
import { modelNameOf, openAiClient } from '../../support/openai-client.ts'
import { useSystem } from '../../support/system.ts'

describe("chat completions of OpenAI's client", () => {
  const running = useSystem()
  const chat = (body: object, headers: Record<string, string> = {}) =>
    openAiClient(running())
      .chat.completions.create(body as ChatCompletionCreateParamsNonStreaming, { headers })
      .withResponse()
  const says = (content: unknown) => [{ role: 'user', content }]
  /** The run that an answer came of. */
  const runOf = async (answer: { response: Response }, task: string) => {
    const id = answer.response.headers.get('x-task-run-id')
    return (await running().call('GET', `/task/${task}/run/${id}`)).body
  }

  test('a task answers as a model, and the run is the same as any', async () => {
    const task = await running().createTask()
    const model = await modelNameOf(running(), task)
    const made = await chat({
      ...{ model, messages: says('tea'), temperature: 0, seed: 1, max_completion_tokens: 400, stop: 'END' },
      ...{
        metadata: { reference: 'r-1', reporting_group: 'web' },
        stream: false,
        n: 1,
        user: 'u',
        tools: [],
      },
    })
    const { data, response } = made
    assert.equal(response.headers.get('x-ignored-fields'), 'user')
    const [choice] = data.choices
    assert.equal(choice?.finish_reason, 'stop')
    const run = await runOf(made, task)
    assert.deepEqual(JSON.parse(choice?.message.content ?? ''), run.response)
    assert.deepEqual(run.run_data.submitted, { text: 'tea' })
    assert.partialDeepStrictEqual(run.llm_config, { temperature: 0, seed: 1, max_tokens: 400, stop: 'END' })
    assert.deepEqual([run.reference, run.reporting_group], ['r-1', 'web'])
    assert.deepEqual(
      [data.usage?.prompt_tokens, data.usage?.completion_tokens, data.usage?.total_tokens],
      [run.input_tokens, run.output_tokens, run.total_tokens],
    )
    assert.equal(data.usage?.prompt_tokens_details?.cached_tokens, run.cached_tokens)
    assert.equal(data.usage?.completion_tokens_details?.reasoning_tokens, run.reasoning_tokens)
    assert.equal(data.id, `chatcmpl-${run.id.replaceAll('-', '')}`)
  })

  test('a split key keeps an end user with a revision, whichever way a run is begun', async () => {
    const task = await running().createTask()
    const model = await modelNameOf(running(), task)
    const slots = new Set<unknown>()
    for (const key of ['user-1', 'user-2']) {
      const { body } = await running().call('POST', `/task/${task}/run?split_key=${key}`, {
        task_input: { text: 'tea' },
      })
      const made = await chat({ model, messages: says('tea'), metadata: { split_key: key } })
      assert.equal(made.response.headers.get('x-ignored-fields'), null)
      assert.equal((await runOf(made, task)).slot, body.slot)
      slots.add(body.slot)
    }
    assert.equal(slots.size, 2)
  })

  test('a text task answers with its text', async () => {
    const task = await running().createTask({ output_modality: 'text' })
    const made = await chat({ model: `task/${task}`, messages: says('tea') })
    assert.equal(made.data.choices[0]?.message.content, (await runOf(made, task)).response)
  })

  test('inputs are task_input, a JSON object, or the text for the one parameter', async () => {
    const one = await running().createTask()
    const two = await running().createTask({ user_prompt: 'About {text} in {language}.' })
    const none = await running().createTask({ user_prompt: 'Say something.' })
    const both = { text: 'tea', language: 'en', more: [1] }
    for (const [task, body, submitted] of [
      [two, { task_input: both }, both],
      [two, { task_input: both, messages: says('') }, both],
      [two, { messages: says(JSON.stringify(both)) }, both],
      [two, { messages: [{ role: 'system', content: '' }, ...says(` ${JSON.stringify(both)}\n`)] }, both],
      [one, { messages: says('tea') }, { text: 'tea' }],
      [
        one,
        {
          messages: says([
            { type: 'text', text: 'tea' },
            { type: 'text', text: 'milk' },
          ]),
        },
        { text: 'tea\nmilk' },
      ],
      [one, { messages: says('{"text": "tea"}') }, { text: 'tea' }],
      [one, { messages: says('{"other": "tea"}') }, { text: '{"other": "tea"}' }],
      [one, { messages: says('{"text": ') }, { text: '{"text": ' }],
      [none, { messages: [] }, {}],
    ] as const) {
      const made = await chat({ model: `task/${task}`, ...body })
      assert.deepEqual((await runOf(made, task)).run_data.submitted, submitted, JSON.stringify(body))
    }
    const beside = await chat({ model: `task/${one}`, task_input: { text: 'a' }, messages: says('b') })
    assert.equal(beside.response.headers.get('x-ignored-fields'), 'messages')
  })

  test('numbers that a double cannot hold stay as they were written', async () => {
    const task = await running().createTask()
    const id = '12345678901234567890'
    for (const body of [
      `"task_input":{"text":${id}}`,
      `"messages":[{"role":"user","content":"{\\"text\\":${id}}"}]`,
    ]) {
      const { url, project, token } = running()
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const made = await fetch(`${url}/v1/chat/completions`, {
        ...{ method: 'POST', headers, body: `{"model":"task/${task}",${body}}` },
      })
      const run = made.headers.get('x-task-run-id')
      const stored = await fetch(`${url}${project}/task/${task}/run/${run}`, { headers })
      assert.match(await stored.text(), new RegExp(`"text":${id}`))
    }
  })

  test('an image of a message is a file of the run', async () => {
    const task = await running().createTask({ image_required: true, user_prompt: 'Describe it for {who}.' })
    const image = await sharp({ create: { width: 32, height: 32, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    const url = `data:image/png;base64,${image.toString('base64')}`
    const made = await chat({
      model: `task/${task}`,
      messages: says([
        { type: 'text', text: 'a child' },
        { type: 'image_url', image_url: { url, detail: 'low' } },
      ]),
    })
    const run = await runOf(made, task)
    assert.deepEqual([run.run_data.submitted, run.files.length], [{ who: 'a child' }, 1])
    assert.equal(made.response.headers.get('x-ignored-fields'), 'messages.0.content.1.image_url.detail')
    for (const [bad, param] of [
      ['https://images.example/cat.png', 'messages[0].content[0].image_url.url'],
      ['data:image/png;base64,!', 'messages[0].content[0].image_url.url'],
      [`data:image/png;base64,${Buffer.from('no image').toString('base64')}`, null],
    ]) {
      const messages = says([{ type: 'image_url', image_url: { url: bad } }])
      await assert.rejects(chat({ model: `task/${task}`, messages, task_input: { who: 'x' } }), (error) => {
        assert.ok(error instanceof BadRequestError, String(error))
        assert.equal(error.param, param)
        return true
      })
    }
  })

  test('one revision is named behind an @', async () => {
    const task = await running().createTask()
    const changed = await running().call('POST', `/task/${task}`, { user_prompt: 'Now about {text}!' })
    const [second, first] = changed.body.revisions.map(({ id }: { id: string }) => id)
    const model = await modelNameOf(running(), task)
    for (const [version, revision] of [
      [second, second],
      ['2', second],
      ['1', first],
    ]) {
      const made = await chat({ model: `${model}@${version}`, messages: says('tea') })
      assert.equal(made.response.headers.get('x-task-revision-id'), revision)
    }
    for (const wrong of [`${model}@none`, `${model}@`, 'task/', 'task/nobody', 'gpt-5', task]) {
      await assert.rejects(chat({ model: wrong, messages: says('tea') }), NotFoundError, wrong)
    }
  })

  test('parse gives the object that the schema describes', async () => {
    const task = await running().createTask()
    const Answer = z.object({ answer: z.string(), score: z.number() })
    const { choices } = await openAiClient(running()).chat.completions.parse({
      model: `task/${task}`,
      messages: [{ role: 'user', content: 'tea' }],
      response_format: zodResponseFormat(Answer, 'answer'),
    })
    assert.ok(Answer.parse(choices[0]?.message.parsed))
    const text = await running().createTask({ output_modality: 'text' })
    for (const [each, response_format] of [
      [text, zodResponseFormat(Answer, 'answer')],
      [text, { type: 'json_object' }],
      [task, zodResponseFormat(z.object({ other: z.string() }), 'answer')],
    ] as const) {
      await assert.rejects(
        chat({ model: `task/${each}`, messages: says('x'), response_format }),
        BadRequestError,
      )
    }
    const object = { type: 'json_object' }
    await chat({ model: `task/${task}`, messages: says('tea'), response_format: object })
  })

  test('what a task cannot do is refused, with the member that asks for it', async () => {
    const task = await running().createTask()
    const turns = [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, ...says('c')]
    const tool = { type: 'function', function: { name: 'f', parameters: {} } }
    for (const [body, param] of [
      [{ tools: [tool] }, 'tools'],
      [{ tool_choice: 'required' }, 'tool_choice'],
      [{ functions: [{ name: 'f' }] }, 'functions'],
      [{ n: 2 }, 'n'],
      [{ logprobs: true }, 'logprobs'],
      [{ logit_bias: { 5: 1 } }, 'logit_bias'],
      [{ modalities: ['text', 'audio'] }, 'modalities'],
      [{ audio: { voice: 'x' } }, 'audio'],
      [{ prediction: {} }, 'prediction'],
      [{ web_search_options: {} }, 'web_search_options'],
      [{ messages: turns }, 'messages[1]'],
      [{ messages: [{ role: 'system', content: 'Be brief.' }, ...says('c')] }, 'messages[0]'],
      [{ messages: [...says('a'), ...says('b')] }, 'messages[0]'],
      [{ messages: says([{ type: 'video_url', video_url: {} }]) }, 'messages[0].content[0].type'],
      [{ max_tokens: 5, max_completion_tokens: 6 }, 'max_tokens'],
      [{ temperature: 3 }, 'temperature'],
      [{ metadata: { reference: 'x'.repeat(501) } }, 'metadata.reference'],
      [{ metadata: { a: 1 } }, 'metadata.a'],
      [{ metadata: { split_key: '' } }, 'metadata.split_key'],
      [{ metadata: { split_key: 'u' }, model: `task/${task}@1` }, 'metadata.split_key'],
      [{ task_input: {} }, 'task_input.text'],
      [{ messages: [] }, 'messages.text'],
      [{ mesages: says('x') }, 'mesages'],
    ] as const) {
      const call = chat({ model: `task/${task}`, messages: says('tea'), ...body })
      await assert.rejects(call, (error) => {
        assert.ok(error instanceof BadRequestError, `${param}: ${error}`)
        assert.deepEqual([error.param, error.type], [param, 'invalid_request_error'])
        assert.equal(error.headers?.get('x-should-retry'), 'false')
        return true
      })
    }
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { APIError, InternalServerError } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import type { ChatCompletionChunk } from 'openai/resources/chat/completions'
import { z } from 'zod'
import { openAiClient } from '../../support/openai-client.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { useSystem } from '../../support/system.ts'

describe("streamed chat completions of OpenAI's client", () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t)
    return { env: { ...model.env, SPLITRUN_MODEL_ATTEMPTS: '2' } }
  })
  const client = (): OpenAI => openAiClient(running(), { baseURL: `${running().url}/v1` })
  const textTask = () => running().createTask({ output_modality: 'text', llm_model_id: 'spoken' })
  const messages = [{ role: 'user' as const, content: 'tea' }]
  const create = (task: string, more: object = {}) =>
    client().chat.completions.create({ model: `task/${task}`, messages, ...more, stream: true as const })
  async function rest(chunks: AsyncIterator<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
    const seen: ChatCompletionChunk[] = []
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) seen.push(next.value)
    return seen
  }
  const textOf = (chunks: readonly ChatCompletionChunk[]) =>
    chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('')

  test('a text comes in chunks, with its role first and its ending last', async () => {
    const created = create(await textTask())
    const call = await model.next()
    call.say('Hel')
    const chunks = (await created)[Symbol.asyncIterator]()
    const first = (await chunks.next()).value
    assert.deepEqual(first.choices[0].delta, { role: 'assistant', content: 'Hel', refusal: null })
    call.say('lo')
    call.end()
    const more = await rest(chunks)
    assert.equal(textOf([first, ...more]), 'Hello')
    assert.deepEqual(
      more.map(({ choices }) => choices[0]?.finish_reason),
      [...more.slice(1).map(() => null), 'stop'],
    )
    assert.ok(more.every((chunk) => chunk.id === first.id && !('usage' in chunk)))
  })

  test('usage comes with the last chunk where it is asked for', async () => {
    const created = create(await textTask(), { stream_options: { include_usage: true } })
    const call = await model.next()
    call.say('Hello')
    call.end()
    const chunks = await rest((await created)[Symbol.asyncIterator]())
    const last = chunks.at(-1)
    assert.deepEqual(last?.choices, [])
    assert.equal(last?.usage?.total_tokens, 48)
    assert.ok(chunks.slice(0, -1).every(({ usage }) => usage === null))
  })

  test('the stream ends with [DONE], and options that are not acted on are named', async () => {
    const { url, token } = running()
    const answer = fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ model: `task/${await textTask()}`, messages, stream: true },
        stream_options: { include_obfuscation: true },
      }),
    })
    const call = await model.next()
    call.say('Hello')
    call.end()
    const { headers } = await answer
    assert.equal(headers.get('x-ignored-fields'), 'stream_options.include_obfuscation')
    assert.equal(headers.get('content-type'), 'text/event-stream')
    assert.ok(headers.get('x-task-run-id'))
    assert.match(await (await answer).text(), /\ndata: \[DONE\]\n\n$/)
  })

  test('an object comes whole, and parses by its schema', async () => {
    const Answer = z.object({ answer: z.string(), score: z.number() })
    const stream = client().chat.completions.stream({
      ...{ model: `task/${await running().createTask({ llm_model_id: 'spoken' })}`, messages },
      response_format: zodResponseFormat(Answer, 'answer'),
    })
    const final = stream.finalChatCompletion()
    const call = await model.next()
    assert.equal(call.streamed, false)
    call.say('Here it is: {"answer": "yes", "score": 1}')
    call.end()
    assert.deepEqual((await final).choices[0]?.message.parsed, { answer: 'yes', score: 1 })
  })

  test('a run that fails before its first word has a status, so that the SDK raises its class', async () => {
    const created = create(await textTask())
    ;(await model.next()).fail(500)
    ;(await model.next()).fail(500)
    await assert.rejects(created, (error) => {
      assert.ok(error instanceof InternalServerError)
      assert.ok(error.headers.get('x-should-retry'))
      return true
    })
  })

  test('a failure after the first word is an error in the stream', async () => {
    const created = create(await textTask())
    const call = await model.next()
    call.say('Hel')
    const chunks = (await created)[Symbol.asyncIterator]()
    await chunks.next()
    call.cut()
    await assert.rejects(rest(chunks), (error) => {
      assert.ok(error instanceof APIError)
      assert.equal(error.code, 'answer_replaced')
      return true
    })
    ;(await model.next()).end()
  })

  test('a text that is cut short says so', async () => {
    const created = create(await textTask(), { max_tokens: 5 })
    const call = await model.next()
    call.say('Hello wor')
    call.end('length')
    const chunks = await rest((await created)[Symbol.asyncIterator]())
    assert.equal(textOf(chunks), 'Hello wor')
    assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'length')
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { APICallError, generateText, Output, streamObject, streamText } from 'ai'
import sharp from 'sharp'
import { z } from 'zod'
import { useSystem } from '../support/system.ts'

const Answer = z.object({ answer: z.string(), score: z.number() })

describe("clients that speak OpenAI's API, as they are", () => {
  const running = useSystem()
  const baseURL = () => `${running().checkedUrl}/v1`

  describe('the Vercel AI SDK', () => {
    const provider = () =>
      createOpenAICompatible({
        ...{ name: 'splitrun', baseURL: baseURL(), apiKey: running().token, supportsStructuredOutputs: true },
      })

    test('gets a text, with usage', async () => {
      const task = await running().createTask({ output_modality: 'text' })
      const { text, usage, finishReason } = await generateText({
        ...{ model: provider()(`task/${task}`), prompt: 'tea', temperature: 0.1, maxOutputTokens: 300 },
      })
      assert.ok(text.length > 0 && (usage.totalTokens ?? 0) > 0)
      assert.equal(finishReason, 'stop')
    })

    test('gets an object by its schema, and an image reaches the task', async () => {
      const task = await running().createTask({ image_required: true })
      const image = await sharp({ create: { width: 16, height: 16, channels: 3, background: 'teal' } })
        .png()
        .toBuffer()
      const { output } = await generateText({
        model: provider()(`task/${task}`),
        output: Output.object({ schema: Answer }),
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'tea' },
              { type: 'image', image },
            ],
          },
        ],
      })
      assert.ok(Answer.parse(output))
    })

    test('streams a text as it comes, with usage', async () => {
      const task = await running().createTask({ output_modality: 'text' })
      const { textStream, text, finishReason } = streamText({
        model: provider()(`task/${task}`),
        prompt: 'tea',
      })
      let streamed = ''
      for await (const delta of textStream) streamed += delta
      assert.ok(streamed.length > 0)
      assert.equal(streamed, await text)
      assert.equal(await finishReason, 'stop')
    })

    test('streams an object, which comes whole', async () => {
      const task = await running().createTask()
      const { partialObjectStream, object } = streamObject({
        ...{ model: provider()(`task/${task}`), schema: Answer, prompt: 'tea' },
      })
      const partials: unknown[] = []
      for await (const partial of partialObjectStream) partials.push(partial)
      assert.deepEqual(partials.at(-1), await object)
      assert.ok(Answer.parse(await object))
    })

    test('a stream that is refused says so', async () => {
      let failure: unknown
      const { textStream } = streamText({
        ...{ model: provider()('task/absent'), prompt: 'tea', maxRetries: 0 },
        onError: ({ error }) => {
          failure = error
        },
      })
      for await (const delta of textStream) assert.fail(delta)
      assert.ok(APICallError.isInstance(failure))
      assert.equal(failure.statusCode, 404)
    })

    test('says what was wrong in the words of the error', async () => {
      const task = await running().createTask()
      const call = generateText({
        ...{ model: provider()(`task/${task}`), system: 'Be brief.', prompt: 'tea', maxRetries: 0 },
      })
      await assert.rejects(call, (error) => {
        assert.ok(APICallError.isInstance(error))
        assert.equal(error.statusCode, 400)
        assert.match(error.message, /a task has prompts of its own/)
        return true
      })
    })
  })

  describe('LangChain', () => {
    const chat = (task: string) =>
      new ChatOpenAI({
        ...{ model: `task/${task}`, apiKey: running().token, maxRetries: 0, temperature: 0 },
        configuration: { baseURL: baseURL() },
      })

    test('gets a text, with usage', async () => {
      const task = await running().createTask({ output_modality: 'text' })
      const { text, usage_metadata } = await chat(task).invoke('tea')
      const usage = usage_metadata as { total_tokens: number } | undefined
      assert.ok(text.length > 0 && (usage?.total_tokens ?? 0) > 0)
    })

    test('streams a text, with usage', async () => {
      const task = await running().createTask({ output_modality: 'text' })
      let text = ''
      let tokens = 0
      for await (const chunk of await chat(task).stream('tea')) {
        text += chunk.text
        const usage = chunk.usage_metadata as { total_tokens: number } | undefined
        tokens += usage?.total_tokens ?? 0
      }
      assert.ok(text.length > 0 && tokens > 0)
    })

    test('streams an object by its schema', async () => {
      const task = await running().createTask()
      const structured = chat(task).withStructuredOutput(Answer, { method: 'jsonSchema' })
      let last: unknown
      for await (const each of await structured.stream('tea')) last = each
      assert.ok(Answer.parse(last))
    })

    test('gets an object by its schema', async () => {
      const task = await running().createTask()
      const structured = chat(task).withStructuredOutput(Answer, { method: 'jsonSchema' })
      assert.ok(Answer.parse(await structured.invoke('tea')))
    })
  })

  test("Open WebUI's way: models are listed, one is chosen by its id, and a single message is sent", async () => {
    const headers = { authorization: `Bearer ${running().token}`, 'content-type': 'application/json' }
    await running().createTask({ name: 'Web UI', output_modality: 'text' })
    const listed = await fetch(`${baseURL()}/models`, { headers })
    const { data } = (await listed.json()) as { data: { id: string }[] }
    const model = data.find(({ id }) => id.includes('Web UI'))?.id
    const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'tea' }] })
    const answer = await fetch(`${baseURL()}/chat/completions`, { method: 'POST', headers, body })
    const lines = (await answer.text()).split('\n').filter((line) => line.startsWith('data: '))
    assert.equal(lines.pop(), 'data: [DONE]')
    const chunks = lines.map(
      (line) => JSON.parse(line.slice(6)) as { choices: { delta: { content?: string } }[] },
    )
    assert.ok(chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join(''))
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openAiClient } from '../../support/openai-client.ts'
import { type SpokenCall, speakModels } from '../../support/spoken-model.ts'
import { useSystem } from '../../support/system.ts'
import { textOf, watchEvents } from '../../support/watch-events.ts'

const LIMIT = 1000

describe('the last words of an answer that is watched', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t)
    return { env: { ...model.env, SPLITRUN_RESPONSE_LIMIT: `${LIMIT}b` } }
  })
  const textTask = () => running().createTask({ output_modality: 'text', llm_model_id: 'spoken' })
  const start = (t: Parameters<typeof watchEvents>[0], task: string) =>
    watchEvents(t, `${running().url}${running().project}/task/${task}/run`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${running().token}`, accept: 'text/event-stream' },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
  function say(call: SpokenCall, pieces: readonly string[]): void {
    for (const piece of pieces) call.say(piece)
    call.end()
  }

  for (const [what, pieces, answer] of [
    ['a token of the template', ['Green tea<|im_', 'end|>\n'], 'Green tea'],
    ['several of them', ['Green tea</s', '><|eot_id|>'], 'Green tea'],
    ['what only begins as one', ['Green tea </', 's'], 'Green tea </s'],
    ['half a character', ['Green tea \ud83c'], 'Green tea \ufffd'],
  ] as const) {
    test(`${what}: what is shown is the answer, and nothing is taken back`, async (t) => {
      const task = await textTask()
      const watcher = await start(t, task)
      const call = await model.next()
      call.say(pieces[0])
      const events = await watcher.until(({ event }) => event === 'output.delta')
      say(call, pieces.slice(1))
      events.push(...(await watcher.rest()))
      assert.equal(textOf(events), answer)
      assert.equal(events.at(-1)?.data.response, answer)
      assert.ok(events.every(({ event }) => event !== 'output.reset'))
    })

    test(`${what}: OpenAI's clients read it as the answer is`, async () => {
      const task = await textTask()
      const client = openAiClient(running(), { baseURL: `${running().url}/v1` })
      const messages = [{ role: 'user' as const, content: 'tea' }]
      const created = client.chat.completions.create({ model: `task/${task}`, messages, stream: true })
      const call = await model.next()
      call.say(pieces[0])
      const chunks = (await created)[Symbol.asyncIterator]()
      let shown = (await chunks.next()).value.choices[0].delta.content
      say(call, pieces.slice(1))
      for (let next = await chunks.next(); !next.done; next = await chunks.next())
        shown += next.value.choices[0]?.delta.content ?? ''
      assert.equal(shown, answer)
    })
  }

  test('of an answer that is longer than a response may be no more is shown than that, and its run fails', async (t) => {
    const watcher = await start(t, await textTask())
    say(
      await model.next(),
      Array.from({ length: 30 }, () => 'ü'.repeat(50)),
    )
    const events = await watcher.rest()
    assert.equal(events.at(-1)?.data.error.reason, 'OUTPUT_INVALID')
    const size = Buffer.byteLength(textOf(events))
    assert.ok(size <= LIMIT, `${size} bytes`)
  })
})

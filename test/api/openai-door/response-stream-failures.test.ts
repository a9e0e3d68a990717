import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { APIError } from 'openai'
import { type SpokenCall, speakModels } from '../../support/spoken-model.ts'
import { useSystem } from '../../support/system.ts'
import { idOf, iterate, LAST, promptOf, rest, streamsOf, textOf, typesOf, upTo } from './response-events.ts'

describe('streams of answers that fail, or are replaced', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, other: {} })
    return { env: { ...model.env, SPLITRUN_MODEL_ATTEMPTS: '2' } }
  })
  const { client, textTask, jsonTask, start } = streamsOf(running)

  function say(call: SpokenCall, text: string): void {
    call.say(text)
    call.end()
  }

  const FAILURES: [string, object, (call: SpokenCall) => void, (after: SpokenCall) => void][] = [
    ['a retry', {}, (call) => call.cut(), (next) => say(next, 'Goodbye')],
    ['a fallback', { fallback_llm_model_id: 'other' }, (call) => call.cut(), (next) => next.fail(400)],
  ]
  for (const [what, fields, fail, then] of FAILURES) {
    test(`${what} after a part was shown is an error, which says where the answer is`, async () => {
      const task = await textTask(fields)
      const stream = await start(task)
      const events = iterate(stream)
      const call = await model.next()
      call.say('Hel')
      const seen = await upTo(events, 'response.output_text.delta')
      fail(call)
      const next = await model.next()
      await assert.rejects(rest(events), (error) => {
        assert.ok(error instanceof APIError)
        assert.equal(error.code, 'answer_replaced')
        return true
      })
      // It began anew, so what was seen is a part of nothing.
      const resumed = await client().responses.retrieve(idOf(seen), {
        stream: true,
        starting_after: seen.at(-1)?.sequence_number ?? 0,
      })
      const failing = rest(iterate(resumed))
      then(next)
      if (what === 'a fallback') {
        say(await model.next(), 'Goodbye')
      }
      await assert.rejects(failing, { code: 'answer_replaced' })
      const whole = await rest(iterate(await client().responses.retrieve(idOf(seen), { stream: true })))
      assert.equal(textOf(whole), 'Goodbye')
      assert.deepEqual(typesOf(whole).slice(-1), ['response.completed'])
    })
  }

  test('a retry before anything was shown is not seen', async () => {
    const events = iterate(await start(await textTask()))
    ;(await model.next()).fail(500)
    const call = await model.next()
    call.say('Hello')
    call.end()
    const seen = await rest(events)
    assert.equal(textOf(seen), 'Hello')
    assert.equal(typesOf(seen).at(-1), 'response.completed')
    assert.ok(seen.every(({ sequence_number }) => sequence_number < LAST))
  })

  test('a text that turns out to have been no answer is an error, not an answer', async () => {
    const events = iterate(await start(await textTask()))
    const call = await model.next()
    call.say('They want tea. ')
    const seen = await upTo(events, 'response.output_text.delta')
    call.say('</think>Hello')
    call.end()
    await assert.rejects(rest(events), { code: 'answer_replaced' })
    const whole = await rest(iterate(await client().responses.retrieve(idOf(seen), { stream: true })))
    assert.equal(textOf(whole), 'Hello')
  })

  test('a text that is cut short ends there, and is not asked for again', async () => {
    const stream = client().responses.stream({ ...promptOf(await textTask()), max_output_tokens: 5 })
    const call = await model.next()
    call.say('Hello wor')
    call.end('length')
    const final = await stream.finalResponse()
    assert.equal(final.status, 'incomplete')
    assert.equal(final.incomplete_details?.reason, 'max_output_tokens')
    assert.equal(final.output_text, 'Hello wor')
    assert.equal(final.output[0]?.type === 'message' && final.output[0].status, 'incomplete')
  })

  test('a run that fails ends with response.failed, and the same again for who goes on', async () => {
    const events = iterate(await start(await textTask()))
    ;(await model.next()).fail(400)
    const seen = await rest(events)
    const last = seen.at(-1)
    assert.ok(last?.type === 'response.failed')
    assert.equal(last.sequence_number, LAST)
    assert.equal(last.response.status, 'failed')
    assert.equal(last.response.error?.code, 'server_error')
    const again = await client().responses.retrieve(idOf(seen), { stream: true, starting_after: 1 })
    assert.deepEqual(typesOf(await rest(iterate(again))), ['response.failed'])
    const none = await client().responses.retrieve(idOf(seen), { stream: true, starting_after: LAST })
    assert.deepEqual(await rest(iterate(none)), [])
  })

  test('a cancel ends a stream, with an error to read', async () => {
    for (const task of [await textTask(), await jsonTask()]) {
      const events = iterate(await start(task, { background: true }))
      const first = await upTo(events, 'response.created')
      const call = await model.next()
      await client().responses.cancel(idOf(first))
      const last = (await rest(events)).at(-1)
      assert.ok(last?.type === 'response.failed')
      assert.equal(last.response.status, 'cancelled')
      assert.ok(last.response.error?.message)
      call.cut()
    }
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type OpenAI from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import { z } from 'zod'
import { composeApi } from '../../../src/compose/compose-api.ts'
import { openAiClient } from '../../support/openai-client.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { startSystem, until, useSystem } from '../../support/system.ts'
import { idOf, iterate, LAST, promptOf, rest, streamsOf, textOf, typesOf, upTo } from './response-events.ts'

describe("streams of OpenAI's client", () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {}, other: {} })
    return { env: { ...model.env, SPLITRUN_MODEL_ATTEMPTS: '2' } }
  })
  const { client, textTask, jsonTask, start } = streamsOf(running)

  const WHOLE = [
    ...['response.created', 'response.in_progress', 'response.output_item.added'],
    ...['response.content_part.added', 'response.output_text.delta', 'response.output_text.delta'],
    ...['response.output_text.done', 'response.content_part.done', 'response.output_item.done'],
    'response.completed',
  ]

  test('a text comes as its model says it, in the events that the SDK knows, numbered upwards', async () => {
    const events = iterate(await start(await textTask()))
    const call = await model.next()
    assert.equal(call.streamed, true)
    call.say('Grüner ')
    const seen = await upTo(events, 'response.output_text.delta')
    call.say('Tee 🍵')
    seen.push(...(await upTo(events, 'response.output_text.delta')))
    call.end()
    seen.push(...(await rest(events)))
    assert.deepEqual(typesOf(seen), WHOLE)
    assert.equal(textOf(seen), 'Grüner Tee 🍵')
    const numbers = seen.map(({ sequence_number }) => sequence_number)
    assert.deepEqual(
      numbers,
      [...new Set(numbers)].toSorted((a, b) => a - b),
    )
    const last = seen.at(-1)
    assert.ok(last?.type === 'response.completed')
    assert.deepEqual(last.response, stripped(await client().responses.retrieve(idOf(seen))))
    assert.equal(last.response.background, false)
  })

  /** Without what the SDK adds. */
  const stripped = ({ output_text: _, ...response }: OpenAI.Responses.Response) =>
    JSON.parse(JSON.stringify(response))

  test('the helpers of the SDK put the answer together', async () => {
    const stream = client().responses.stream(promptOf(await textTask()))
    const deltas: string[] = []
    stream.on('response.output_text.delta', ({ snapshot }) => void deltas.push(snapshot))
    const call = await model.next()
    call.say('Hel')
    await until(async () => deltas.length === 1)
    call.say('lo')
    call.end()
    const final = await stream.finalResponse()
    assert.equal(final.output_text, 'Hello')
    assert.deepEqual(deltas, ['Hel', 'Hello'])
    assert.equal(final.usage?.output_tokens, 8)
  })

  test('an object is shown when it is the answer, however often it was asked for, and parses by its schema', async () => {
    const Answer = z.object({ answer: z.string(), score: z.number() })
    const stream = client().responses.stream({
      ...promptOf(await jsonTask()),
      text: { format: zodTextFormat(Answer, 'answer') },
    })
    const events = rest(iterate(stream))
    const call = await model.next()
    assert.equal(call.streamed, false)
    call.say('I am not sure.')
    call.end()
    const second = await model.next()
    second.say('```json\n{"answer": "yes", "score": 1}\n```')
    second.end()
    assert.equal(textOf(await events), '{"answer":"yes","score":1}')
    const { output_parsed } = await stream.finalResponse()
    assert.deepEqual(output_parsed, { answer: 'yes', score: 1 })
  })

  test('a stream goes on behind any number, without a gap or a repetition, also after the end', async () => {
    const created = iterate(await start(await textTask(), { background: true }))
    const call = await model.next()
    call.say('Grüner ')
    const seen = await upTo(created, 'response.output_text.delta')
    const id = idOf(seen)
    await created.return?.()
    call.say('Tee ')
    const after = seen.at(-1)?.sequence_number ?? 0
    const second = iterate(await client().responses.retrieve(id, { stream: true, starting_after: after }))
    const more = await upTo(second, 'response.output_text.delta')
    assert.equal(textOf(more), 'Tee ')
    call.say('🍵')
    call.end()
    more.push(...(await rest(second)))
    assert.equal(textOf([...seen, ...more]), 'Grüner Tee 🍵')
    const whole = await rest(iterate(await client().responses.retrieve(id, { stream: true })))
    assert.equal(textOf(whole), 'Grüner Tee 🍵')
    const all = whole.map(({ sequence_number }) => sequence_number)
    assert.equal(whole.at(-1)?.sequence_number, more.at(-1)?.sequence_number)
    for (const { sequence_number: seenTo } of [...seen, ...more]) {
      const left = await rest(
        iterate(await client().responses.retrieve(id, { stream: true, starting_after: seenTo })),
      )
      assert.ok(left.every(({ sequence_number }) => sequence_number > seenTo))
      const ends = all.filter((each) => each > seenTo)
      assert.deepEqual(left.map(({ sequence_number }) => sequence_number).slice(-4), ends.slice(-4))
      const shown = [...seen, ...more].filter(({ sequence_number }) => sequence_number <= seenTo)
      assert.equal(textOf([...shown, ...left]), 'Grüner Tee 🍵')
    }
    const final = await client().responses.stream({ response_id: id, starting_after: after }).finalResponse()
    assert.equal(final.output_text, 'Grüner Tee 🍵')
    assert.equal(final.background, true)
  })

  test('the run goes on when its client leaves', async () => {
    const stop = new AbortController()
    const events = iterate(await start(await textTask(), {}, { signal: stop.signal }))
    const call = await model.next()
    call.say('Hel')
    const seen = await upTo(events, 'response.output_text.delta')
    stop.abort()
    call.say('lo')
    call.end()
    await until(async () => (await client().responses.retrieve(idOf(seen))).status === 'completed')
    assert.equal((await client().responses.retrieve(idOf(seen))).output_text, 'Hello')
  })

  test('the same key is the same run, from its beginning', async () => {
    const task = await textTask()
    const options = { headers: { 'idempotency-key': crypto.randomUUID() } }
    const first = iterate(await start(task, {}, options))
    const call = await model.next()
    call.say('Hello')
    const seen = await upTo(first, 'response.output_text.delta')
    const { data, response } = await client()
      .responses.create({ ...promptOf(task), stream: true as const }, options)
      .withResponse()
    assert.equal(response.headers.get('idempotent-replayed'), 'true')
    call.end()
    const again = await rest(iterate(data))
    assert.equal(idOf(again), idOf(seen))
    assert.equal(textOf(again), 'Hello')
  })

  test('a process that closes says so in all of its streams', async (t) => {
    const system = await startSystem(t, { env: model.env })
    const second = await composeApi(system.core)
    const at = (url: string) => openAiClient(system, { baseURL: `${url}/v1` })
    const task = await system.createTask({ output_modality: 'text', llm_model_id: 'spoken' })
    const events = iterate(await at(system.url).responses.create({ ...promptOf(task), stream: true }))
    const call = await model.next()
    call.say('Hel')
    const seen = await upTo(events, 'response.output_text.delta')
    const elsewhere = at(`http://127.0.0.1:${second.port}`).responses
    const whole = iterate(await elsewhere.retrieve(idOf(seen), { stream: true }))
    await upTo(whole, 'response.output_text.delta')
    const failing = Promise.all([rest(events), rest(whole)].map((each) => each.catch((error) => error)))
    await system.core.lifecycle.close()
    for (const error of await failing) assert.equal(error.code, 'run_unfinished')
  })

  test('what cannot be accepted is refused with its status, before a stream begins', async () => {
    const system = running()
    await assert.rejects(start('absent'), { status: 404, code: 'model_not_found' })
    await assert.rejects(start(await textTask(), { tools: [{ type: 'web_search' }] }), { status: 400 })
    const other = await client()
      .responses.create({ ...promptOf(await textTask()), background: true })
      .then(({ id }) => id)
    const read = (query: string, id = other) =>
      fetch(`${system.url}/v1/responses/${id}?${query}`, {
        headers: { authorization: `Bearer ${system.token}` },
      })
    for (const after of ['-1', 'x', '1.5', String(LAST + 1)]) {
      const refused = await read(`stream=true&starting_after=${after}`)
      assert.equal(refused.status, 400, after)
      const { error } = (await refused.json()) as { error: { param: string } }
      assert.equal(error.param, 'starting_after')
    }
    assert.equal((await read('starting_after=1')).headers.get('x-ignored-fields'), 'starting_after')
    assert.equal((await read('stream=true', `resp_${'0'.repeat(32)}`)).status, 404)
    ;(await model.next()).end()
  })
})

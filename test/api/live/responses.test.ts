import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { speakModels } from '../../support/spoken-model.ts'
import { type Cleanup, useSystem } from '../../support/system.ts'
import { textOf, type WatchedEvent, watchEvents } from '../../support/watch-events.ts'

const isDelta = ({ event }: WatchedEvent): boolean => event === 'output.delta'

describe('a watched run whose model is asked by the Responses API', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const system = useSystem(async (t) => {
    model = await speakModels(t, { thinker: { api: 'responses' } })
    return { env: { ...model.env, SPLITRUN_MODEL_ATTEMPTS: '2' } }
  })
  async function start(t: Cleanup, fields: object = {}, query = '') {
    const task = await system().createTask({ llm_model_id: 'thinker', ...fields })
    return watchEvents(t, `${system().url}${system().project}/task/${task}/run${query}`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${system().token}`, accept: 'text/event-stream' },
        'content-type': 'application/json',
      },
      body: JSON.stringify({ task_input: { text: 'tea' } }),
    })
  }

  test('is told what it says while it says it, and in the end of all of it', async (t) => {
    const watcher = await start(t, { output_modality: 'text' })
    const call = await model.next()
    assert.equal(call.streamed, true)
    call.say('Tee 🍵')
    const first = await watcher.until(isDelta)
    assert.equal(textOf(first), 'Tee 🍵')
    call.say(' und Kekse.')
    call.end()
    const rest = await watcher.rest()
    assert.equal(textOf([...first, ...rest]), 'Tee 🍵 und Kekse.')
    const { data } = rest.at(-1) ?? assert.fail()
    assert.deepEqual(
      [data.status, data.response, data.input_tokens, data.output_tokens, data.estimated],
      ['succeeded', 'Tee 🍵 und Kekse.', 40, 8, false],
    )
  })

  test('is told of an object as it grows', async (t) => {
    const watcher = await start(t, {}, '?as=fields')
    const call = await model.next()
    call.say('{"answer": "ye')
    await watcher.until(isDelta)
    call.say('s", "score": 1}')
    call.end()
    const { data } = (await watcher.rest()).at(-1) ?? assert.fail()
    assert.deepEqual(data.response, { answer: 'yes', score: 1 })
  })

  test('begins anew where the stream breaks, and says so', async (t) => {
    const watcher = await start(t, { output_modality: 'text' })
    const call = await model.next()
    call.say('Tea and')
    const first = await watcher.until(isDelta)
    call.cut()
    const again = await model.next()
    again.say('Tea.')
    again.end()
    const rest = await watcher.rest()
    assert.ok(rest.some(({ event }) => event === 'output.reset'))
    assert.equal(textOf([...first, ...rest]), 'Tea.')
    assert.deepEqual([rest.at(-1)?.data.status, rest.at(-1)?.data.llm_retries], ['succeeded', 1])
  })
})

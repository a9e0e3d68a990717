import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SplitrunError } from '../../../client/src/index.ts'
import { connectClient, rejection } from '../../support/client.ts'
import { speakModels } from '../../support/spoken-model.ts'
import { useSystem } from '../../support/system.ts'

describe('a run that the client streams', () => {
  let model: Awaited<ReturnType<typeof speakModels>>
  const running = useSystem(async (t) => {
    model = await speakModels(t, { spoken: {} })
    return { env: model.env }
  })
  const direct = () => connectClient(running(), { baseUrl: running().url })
  const createTask = (fields: object = {}) => running().createTask({ llm_model_id: 'spoken', ...fields })

  test('says what its model says while that says it, and ends with the run', async () => {
    const task = direct().task(await createTask({ output_modality: 'text' }), { format: 'text' })
    const stream = task.stream({ text: 'tea' }, { reference: 'r' })
    const events = stream[Symbol.asyncIterator]()
    const nextDelta = async () => {
      for (;;) {
        const { value } = await events.next()
        if (value.type === 'output.delta') return value.text
        assert.equal(value.type, 'run.status')
      }
    }
    const first = nextDelta()
    const call = await model.next()
    call.say('Grüner ')
    assert.equal(await first, 'Grüner ')
    const watching = task.attach(stream.runId ?? '').stream()
    call.say('Tee')
    assert.equal(await nextDelta(), 'Tee')
    call.end()
    const { output, run } = await stream.result()
    assert.deepEqual([output, run.reference, run.id], ['Grüner Tee', 'r', stream.runId])
    assert.deepEqual((await watching.result()).run, run)
  })

  test('says what becomes of the object, as the document has it', async () => {
    const id = await createTask({ output_format: { answer: 'string', score: 'number' } })
    const format = { answer: 'string', score: 'number' } as const
    const stream = connectClient(running()).task(id, { format }).stream({ text: 'tea' }, { as: 'fields' })
    const finished = stream.result()
    const call = await model.next()
    call.say('{"answer": "tea", "score": 12}')
    call.end()
    const { output, run } = await finished
    assert.deepEqual(output, { answer: 'tea', score: 12 })
    const object: Record<string, unknown> = {}
    for await (const event of connectClient(running()).task(id).attach(run.id).stream({ as: 'fields' })) {
      if (event.type !== 'output.delta') continue
      const key = event.path.slice(1)
      object[key] = event.append === undefined ? event.set : `${object[key] ?? ''}${event.append}`
    }
    // What comes after the end is the end.
    assert.ok(Object.keys(object).length === 0 || object['score'] === 12)
  })

  test('is refused as any other, and fails with its reason', async () => {
    const client = direct()
    const id = await createTask({ output_format: { answer: 'string' }, output_retries: 0 })
    const refused = await rejection(client.task(id).stream({}).result())
    assert.ok(refused instanceof SplitrunError && refused.reason === 'INVALID_REQUEST')
    const failing = rejection(client.task(id).stream({ text: 'tea' }).result())
    const call = await model.next()
    call.say('no answer')
    call.end()
    const failed = await failing
    assert.ok(failed instanceof SplitrunError && failed.reason === 'OUTPUT_INVALID' && failed.run?.done)
  })

  test('tells of the ends of a project as they come, connected again where that breaks', async () => {
    const id = await createTask({ output_modality: 'text' })
    let connections = 0
    const broken = connectClient(running(), {
      baseUrl: running().url,
      async fetch(url, init) {
        const response = await fetch(url, init)
        if (!url.includes('/events')) return response
        connections += 1
        if (connections > 1) return response
        await response.body?.cancel()
        return new Response('retry: 1\n\nevent: run.other\n', response)
      },
    })
    const leaving = new AbortController()
    const ended: string[] = []
    const started: string[] = []
    const goOn = async () => {
      while (ended.length === 0) {
        const handle = await direct().task(id).submit({ text: 'tea' })
        started.push(handle.id)
        const call = await model.next()
        call.say('tea')
        call.end()
        await handle.wait()
      }
    }
    let runs: Promise<void> | undefined
    const watching = async () => {
      for await (const event of broken.runs.watch({ signal: leaving.signal })) {
        if (event.type === 'watching' && connections === 2) runs = goOn()
        if (event.type !== 'run.ended') continue
        ended.push(event.run.id)
        break
      }
    }
    await watching()
    await runs
    assert.equal(connections, 2)
    assert.ok(started.includes(ended[0] ?? ''))
    leaving.abort(new Error('enough'))
    const late = direct().runs.watch({ signal: leaving.signal })[Symbol.asyncIterator]().next()
    assert.equal(((await rejection(late)) as Error).message, 'enough')
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { SplitrunError } from '../../../client/src/index.ts'
import { connectClient, rejection } from '../../support/client.ts'
import { red } from '../../support/pictures.ts'
import { until, useSystem } from '../../support/system.ts'

const FORMAT = {
  mood: { type: 'string', options: ['good', 'bad'] },
  score: 'number',
  words: { type: 'list' },
  note: { type: 'object', nested_structure: { by: 'str' }, required: false },
} as const

/** The ids of a project's path, so that nothing has to be asked for. */
function idsOf(project: string) {
  const [, , org = '', , id = ''] = project.split('/')
  return { org, project: id }
}

describe('runs by the client', () => {
  const running = useSystem({ model: { latencyMs: 50 } })

  test('bring an output of the format, and the run beside it', async () => {
    const task = connectClient(running()).task(await running().createTask({ output_format: FORMAT }), {
      format: FORMAT,
    })
    const { output, run } = await task.run(
      { text: 'tea' },
      { reference: 'order-1', llm_config: { temperature: 0 } },
    )
    assert.ok(output.mood === 'good' || output.mood === 'bad')
    assert.equal(typeof output.score, 'number')
    assert.ok(output.words.every((word) => typeof word === 'string'))
    assert.ok(output.note === null || typeof output.note.by === 'string')
    assert.deepEqual([run.response, run.status, run.reference], [output, 'succeeded', 'order-1'])
    assert.deepEqual(run.run_data.submitted, { text: 'tea' })
  })

  test('of a task that is known by its name go on when the name stands for another task', async () => {
    const client = connectClient(running())
    const name = 'By name'
    const fields = { name, output_modality: 'text' }
    const first = await running().createTask(fields)
    const task = client.task(name, { format: 'text' })
    const { output, run } = await task.run({ text: 'tea' })
    assert.deepEqual([typeof output, run.task_id], ['string', first])
    await client.tasks.delete(first)
    const second = await running().createTask(fields)
    assert.equal((await task.run({ text: 'tea' })).run.task_id, second)
    const error = await rejection(client.task('Nobody').run())
    assert.ok(error instanceof SplitrunError && error.reason === 'TASK_NOT_FOUND')
  })

  test('are checked and typed by a schema of Zod', async () => {
    const id = await running().createTask()
    const schema = z.object({ answer: z.string().transform((text) => text.length), score: z.number() })
    const { output, run } = await connectClient(running()).task(id, { schema }).run({ text: 'tea' })
    assert.equal(output.answer, (run.response as { answer: string }).answer.length)
    const strict = connectClient(running()).task(id, { schema: z.object({ answer: z.number() }) })
    const error = await rejection(strict.run({ text: 'tea' }))
    assert.ok(error instanceof SplitrunError && error.reason === 'OUTPUT_MISMATCH' && error.run?.done)
    assert.deepEqual(error.issues[0]?.loc, ['response', 'answer'])
  })

  test('are submitted, waited for, read, attached to elsewhere; the same key is the same run', async () => {
    const id = await running().createTask()
    const client = connectClient(running())
    const handle = await client.task(id).submit({ text: 'tea' }, { idempotencyKey: `key-${id}` })
    const again = await client.task(id).submit({ text: 'tea' }, { idempotencyKey: `key-${id}` })
    assert.equal(again.id, handle.id)
    const { run } = await handle.wait()
    assert.deepEqual([run.id, run.status], [handle.id, 'succeeded'])
    assert.deepEqual(await connectClient(running()).task(id).attach(handle.id).get(), run)
    const other = await rejection(client.task(id).run({ text: 'milk' }, { idempotencyKey: `key-${id}` }))
    assert.ok(other instanceof SplitrunError && other.reason === 'IDEMPOTENCY_KEY_REUSED')
  })

  test('take images in the order given, and give them back byte for byte', async () => {
    const id = await running().createTask({ image_required: true, user_prompt: 'Look at {what}.' })
    const task = connectClient(running()).task(id)
    const [png, jpeg] = await Promise.all([red(8, 8).png().toBuffer(), red(9, 9).jpeg().toBuffer()])
    const options = {
      files: [png, new File([new Uint8Array(jpeg)], 'x.jpg')],
      reference: 'r',
      llm_config: { seed: 1 },
    }
    const { run } = await task.run({ what: 'this' }, options)
    assert.deepEqual([run.files.length, run.reference], [2, 'r'])
    for (const [at, sent] of [png, jpeg].entries()) {
      const file = await task.attach(run.id).file(run.files[at] ?? '')
      assert.deepEqual(Buffer.from(await file.arrayBuffer()), sent)
      assert.equal(file.type, at === 0 ? 'image/png' : 'image/jpeg')
    }
    const error = await rejection(task.run({ what: 'this' }, { files: [Buffer.from('text')] }))
    assert.ok(error instanceof SplitrunError && error.reason === 'NOT_AN_IMAGE' && error.status === 415)
  })

  test('whose files are too large are refused as such, and sent once', async () => {
    const id = await running().createTask({ image_required: true })
    let sent = 0
    const client = connectClient(running(), {
      baseUrl: running().url,
      fetch: (url, init) => {
        sent += 1
        return fetch(url, init)
      },
      ...idsOf(running().project),
    })
    const files = [new Uint8Array(running().core.config.imageLimit + 1)]
    const error = await rejection(client.task(id).run({ text: 'tea' }, { files }))
    assert.ok(error instanceof SplitrunError && error.reason === 'FILE_TOO_LARGE', String(error))
    assert.equal(sent, 1)
  })

  test('say what is wrong with a request, where', async () => {
    const id = await running().createTask()
    const error = await rejection(connectClient(running()).task(id).run({}))
    assert.ok(error instanceof SplitrunError && error.reason === 'INVALID_REQUEST')
    assert.ok(
      error.issues.some(({ loc }) => loc.includes('text')),
      JSON.stringify(error.issues),
    )
    assert.ok(error.requestId)
  })
})

describe('runs that nobody executes', () => {
  const running = useSystem({ workers: 0 })

  test('are cancelled, by their handle or with their caller; who waits hears of it', async () => {
    const client = connectClient(running(), { pollSeconds: 1 })
    const task = client.task(await running().createTask())
    const handle = await task.submit({ text: 'tea' })
    const waiting = rejection(handle.wait())
    assert.equal((await handle.cancel()).status, 'cancelled')
    const error = await waiting
    assert.ok(error instanceof SplitrunError && error.reason === 'RUN_CANCELLED')
    assert.equal(error.run?.id, handle.id)

    const controller = new AbortController()
    const why = new Error('enough')
    const options = { signal: controller.signal, on_disconnect: 'cancel', reference: 'left' } as const
    const left = rejection(task.run({ text: 'tea' }, options))
    const listed = client.runs.list({ reference: 'left' })
    await until(async () => (await listed.page()).results.length === 1)
    controller.abort(why)
    assert.equal(await left, why)
    await until(async () => (await listed.page()).results[0]?.done === true)
    assert.equal((await listed.page()).results[0]?.status, 'cancelled')
  })

  test('that expire reject their caller, who has waited several times over', async () => {
    const task = connectClient(running(), { pollSeconds: 1 }).task(await running().createTask())
    const error = await rejection(task.run({ text: 'tea' }, { timeout: 2.5 }))
    assert.ok(error instanceof SplitrunError && error.reason === 'RUN_EXPIRED' && error.run?.done)
  })
})

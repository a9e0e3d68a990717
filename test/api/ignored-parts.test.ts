import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { type System, useSystem } from '../support/system.ts'

const RUN = { task_input: { text: 'tea' } }
const PARTS: [name: string, fields: Record<string, unknown>, named: RegExp][] = [
  [
    'a processor',
    { input_processors: [{ name: 'transcribe', param_name: 'text' }] },
    /input processor transcribe/,
  ],
  ['a processor by its id', { input_processors: [{ input_processor_id: 'ip-7' }] }, /input processor ip-7/],
  ['a processor of no shape that is known', { input_processors: [7] }, /input processor 7/],
  ['many of them', { input_processors: Array.from({ length: 99 }, () => ({ type: 'ocr' })) }, /ocr.*94 more/],
  ['retrieval', { rag: { collection_id: 'c' } }, /retrieval \(rag\)/],
]

const refusalOf = async ({ call }: System, task: string, query = '') => {
  const { status, body } = await call('POST', `/task/${task}/run${query}`, RUN)
  return { status, reason: body.detail?.reason, message: body.detail?.message as string }
}

describe('what a revision has and nothing acts on', () => {
  const running = useSystem({ workers: 0 })

  for (const [name, fields, named] of PARTS) {
    test(`refuses its runs by name: ${name}`, async () => {
      const { status, reason, message } = await refusalOf(running(), await running().createTask(fields))
      assert.deepEqual([status, reason], [409, 'INPUT_PROCESSORS_UNAVAILABLE'])
      assert.match(message, named)
    })
  }

  test('counts for every revision that may be drawn or is asked for, and for no other', async () => {
    const system = running()
    const id = await system.createTask({ input_processors: [], rag: {} })
    const first = (await system.call('GET', `/task/${id}`)).body.revisions[0].id
    const { body } = await system.call('POST', `/task/${id}`, { input_processors: [{ name: 'transcribe' }] })
    const second = body.revisions[0].id
    const weigh = (weight: number) =>
      system.call('POST', `/task/${id}`, {
        active_revisions: [
          { task_revision_id: first, weight: 1 },
          { task_revision_id: second, weight },
        ],
      })
    assert.equal((await system.call('POST', `/task/${id}/run?wait=0`, RUN)).status, 202)
    assert.equal((await refusalOf(system, id, `?revision_id=${second}&wait=0`)).status, 409)
    await weigh(0)
    assert.equal((await system.call('POST', `/task/${id}/run?wait=0`, RUN)).status, 202)
    await weigh(0.001)
    // The task as it was may be known for a moment.
    for (;;) if ((await refusalOf(system, id, '?wait=0')).status === 409) break
    assert.equal((await system.call('POST', `/task/${id}/run?revision_id=${first}&wait=0`, RUN)).status, 202)
  })

  test('fails a run that was accepted before the task had it, with the same reason', async () => {
    const system = running()
    const id = await system.createTask()
    const { body: queued } = await system.call('POST', `/task/${id}/run?wait=0`, RUN)
    const { body } = await system.call('POST', `/task/${id}`, { rag: { collection_id: 'c' } })
    await system.call('POST', `/task/${id}`, {
      active_revisions: [{ task_revision_id: body.revisions[0].id, weight: 1 }],
    })
    await composeWorker(system.core)
    const run = await system.call('GET', `/task/${id}/run/${queued.id}?wait=60`)
    assert.deepEqual([run.body.status, run.body.error.reason], ['failed', 'INPUT_PROCESSORS_UNAVAILABLE'])
  })
})

describe('a server that is told to ignore it', () => {
  const running = useSystem({ env: { SPLITRUN_IGNORE_INPUT_PROCESSORS: 'true' } })

  test('runs such revisions as if they had none', async () => {
    for (const [, fields] of PARTS) {
      const task = await running().createTask(fields)
      assert.equal((await running().call('POST', `/task/${task}/run`, RUN)).status, 200)
    }
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { startSystem, useSystem } from '../support/system.ts'

const env = { SPLITRUN_PROMPT_MAX: '1000', SPLITRUN_MODEL_IMAGES_MAX: '4000' }
/** Becomes ten times `t`, and once `u`. */
const REPEATING = { system_prompt: 'x'.repeat(10), user_prompt: `${'{t}'.repeat(10)}{u}` }

describe('what a run would become is bounded before it is made', () => {
  const running = useSystem({ env })
  const run = (task: string, task_input: object, query = '') =>
    running().call('POST', `/task/${task}/run${query}`, { task_input })

  test('the prompts, at their limit and one character past it', async () => {
    const task = await running().createTask(REPEATING)
    const t = 't'.repeat(90)
    assert.equal((await run(task, { t, u: 'u'.repeat(90) })).status, 200)
    const { status, body } = await run(task, { t, u: 'u'.repeat(91) })
    assert.deepEqual([status, body.detail[0].loc], [422, ['body', 'task_input']])
    assert.deepEqual([body.detail[0].type, /1001 .* 1000/.test(body.detail[0].msg)], ['too_big', true])
    // What is no text counts as the JSON that it becomes.
    const numbers = Array.from({ length: 44 }, () => 1)
    assert.equal((await run(task, { t, u: numbers })).status, 200)
    assert.equal((await run(task, { t, u: [...numbers, 1] })).status, 422)
  })

  test('so that a small request for a gigabyte is refused at once', async () => {
    const task = await running().createTask({ user_prompt: '{t}'.repeat(100_000) })
    const { status, body } = await run(task, { t: 'x'.repeat(100_000) })
    assert.deepEqual([status, body.detail[0].type], [422, 'too_big'])
    assert.match(body.detail[0].msg, /100000000\d\d characters/)
  })

  test('whichever revision is drawn', async () => {
    const task = await running().createTask({ user_prompt: '{t}' })
    const long = await running().call('POST', `/task/${task}`, {
      ...REPEATING,
      user_prompt: '{t}'.repeat(20),
    })
    const input = { t: 'x'.repeat(100) }
    assert.equal((await run(task, input)).status, 200)
    const [{ id }] = long.body.revisions
    assert.equal((await run(task, input, `?revision_id=${id}`)).status, 422)
    await running().call('POST', `/task/${task}`, { weight: 0.001 })
    assert.equal((await run(task, input)).status, 422)
  })

  test('the images, all together, as a model gets them', async () => {
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    // What stands behind the end of a PNG is ignored by readers.
    const padded = (size: number) => new Uint8Array(Buffer.concat([image, Buffer.alloc(size - image.length)]))
    const send = (task: string, ...sizes: number[]) => {
      const form = new FormData()
      for (const size of sizes) form.append('task_file', new Blob([padded(size)]), 'a')
      return running().call('POST', `/task/${task}/run`, form)
    }
    const fields = { user_prompt: 'Describe it.', optimise_images: false }
    const task = await running().createTask(fields)
    assert.equal((await send(task, 2000, 2000)).status, 200)
    const past = await send(task, 2000, 2001)
    assert.deepEqual([past.status, past.body.detail.reason], [413, 'FILE_TOO_LARGE'])
  })
})

test('a run that outgrew its task after it was accepted fails with a reason, and asks no model', async (t) => {
  const system = await startSystem(t, { env, workers: 0 })
  const task = await system.createTask({ user_prompt: '{t}{u}' })
  const task_input = { t: 'x'.repeat(200), u: '' }
  const { body } = await system.call('POST', `/task/${task}/run?wait=0`, { task_input })
  await system.call('POST', `/task/${task}`, { ...REPEATING, activate: true })
  await composeWorker(system.core)
  const ended = (await system.call('GET', `/task/${task}/run/${body.id}?wait=60`)).body
  assert.deepEqual([ended.status, ended.error.reason, ended.attempts], ['failed', 'INPUT_INVALID', []])
  assert.match(ended.error.message, /2010 characters long; the limit is 1000/)
})

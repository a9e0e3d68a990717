import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { useSystem } from '../support/system.ts'

const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()

function formWith(...images: Uint8Array[]): FormData {
  const form = new FormData()
  for (const image of images) form.append('task_file', new Blob([new Uint8Array(image)]), 'image')
  return form
}

describe('limits, accepted at their edge and refused one past it', () => {
  const running = useSystem({
    env: {
      SPLITRUN_BODY_LIMIT: '2000',
      SPLITRUN_IMAGE_LIMIT: '4000',
      SPLITRUN_IMAGE_PIXELS_MAX: '10000',
      SPLITRUN_FILES_MAX: '2',
      SPLITRUN_TASK_INPUT_MAX: '100',
      SPLITRUN_OUTPUT_DEPTH_MAX: '2',
      SPLITRUN_OUTPUT_KEYS_MAX: '3',
      SPLITRUN_WEIGHTS_MAX: '2',
      SPLITRUN_REVISIONS_MAX: '3',
    },
  })
  const photo = () => running().createTask({ image_required: true, user_prompt: 'Describe it.' })

  test('task_input, in characters of its JSON', async () => {
    const task = await running().createTask()
    const run = (length: number) =>
      running().call('POST', `/task/${task}/run`, {
        task_input: { text: 'x'.repeat(length - '{"text":""}'.length) },
      })
    assert.equal((await run(100)).status, 200)
    const refused = await run(101)
    assert.deepEqual([refused.status, refused.body.detail[0].type], [422, 'too_big'])
  })

  test('the body, in bytes', async () => {
    const body = (size: number) => `${' '.repeat(size - 2)}{}`
    const send = (size: number) =>
      running().call('POST', '/task', body(size), { headers: { 'content-type': 'application/json' } })
    assert.equal((await send(2000)).status, 422)
    assert.equal((await send(2001)).status, 413)
  })

  test('the number of files, and their size', async () => {
    const [task, image] = [await photo(), await picture(20, 20)]
    const run = (form: FormData) => running().call('POST', `/task/${task}/run`, form)
    assert.equal((await run(formWith(image, image))).body.files.length, 2)
    assert.equal((await run(formWith(image, image, image))).body.detail.reason, 'TOO_MANY_FILES')
    // What stands behind the end of a PNG is ignored by whoever reads it.
    const padded = (size: number) => Buffer.concat([image, Buffer.alloc(size - image.length)])
    assert.equal((await run(formWith(padded(4000)))).status, 200)
    assert.equal((await run(formWith(padded(4001)))).body.detail.reason, 'FILE_TOO_LARGE')
  })

  test('the pixels of an image, counted before it is decoded', async () => {
    const task = await photo()
    const run = (image: Buffer) => running().call('POST', `/task/${task}/run`, formWith(image))
    assert.equal((await run(await picture(100, 100))).status, 200)
    assert.equal((await run(await picture(101, 100))).status, 413)
  })

  test('a required image that is missing is 422, and a file that is none 415', async () => {
    const task = await photo()
    const missing = await running().call('POST', `/task/${task}/run`, { task_input: {} })
    assert.deepEqual([missing.status, missing.body.detail[0].loc], [422, ['body', 'task_file']])
    const text = await running().call('POST', `/task/${task}/run`, formWith(Buffer.from('no image')))
    assert.deepEqual([text.status, text.body.detail.reason], [415, 'NOT_AN_IMAGE'])
  })

  test('output_format: its depth and its keys', async () => {
    const nest = (depth: number): object =>
      depth === 1 ? { a: 'string' } : { a: { type: 'object', nested_structure: nest(depth - 1) } }
    const create = (output_format: object) => running().createTask({ output_format })
    await create(nest(2))
    await assert.rejects(create(nest(3)), /output_format/)
    await create({ a: 'string', b: 'string', c: 'string' })
    await assert.rejects(create({ a: 'string', b: 'string', c: 'string', d: 'string' }), /output_format/)
  })

  test('active revisions, and revisions', async () => {
    const task = await running().createTask()
    const change = (user_prompt: string) => running().call('POST', `/task/${task}`, { user_prompt })
    await change('Second {text}')
    const { revisions } = (await change('Third {text}')).body
    const full = await change('Fourth {text}')
    assert.deepEqual([full.status, full.body.detail.reason], [409, 'TOO_MANY_REVISIONS'])
    const activate = (count: number) =>
      running().call('POST', `/task/${task}`, {
        active_revisions: revisions
          .slice(0, count)
          .map(({ id }: { id: string }) => ({ task_revision_id: id, weight: 1 })),
      })
    assert.equal((await activate(2)).status, 200)
    assert.equal((await activate(3)).status, 422)
  })

  test('names and pages', async () => {
    await running().createTask({ name: 'n'.repeat(63) })
    await assert.rejects(running().createTask({ name: 'n'.repeat(64) }), /name/)
    await assert.rejects(running().createTask({ name: '' }), /name/)
    for (const [limit, status] of [
      [0, 422],
      [1, 200],
      [100, 200],
      [101, 422],
    ]) {
      assert.equal((await running().call('GET', `/task?page_limit=${limit}`)).status, status)
    }
  })
})

describe("the length of a model's answer", () => {
  const running = useSystem({ env: { SPLITRUN_RESPONSE_LIMIT: '256' } })

  /** Runs a task whose answer is known to be `{"a":"…"}`, of so many bytes. */
  async function answerOf(bytes: number, letter = 'x') {
    const system = running()
    const only = letter.repeat((bytes - '{"a":""}'.length) / Buffer.byteLength(letter))
    const task = await system.createTask({ output_format: { a: { type: 'string', options: [only] } } })
    return system.call('POST', `/task/${task}/run`, { task_input: { text: 'tea' } })
  }

  test('is accepted at its limit, and one past it fails the run', async () => {
    const whole = await answerOf(256)
    assert.deepEqual([whole.status, whole.body.response?.a.length], [200, 248])
    const past = await answerOf(257)
    assert.deepEqual([past.status, past.body.detail.reason], [502, 'OUTPUT_INVALID'])
    assert.equal(past.body.detail.run.response, null)
    // In bytes, however many characters they are.
    assert.deepEqual([(await answerOf(256, 'é')).status, (await answerOf(258, 'é')).status], [200, 502])
  })

  test('fails the run of a model that writes on and on', async () => {
    const fields = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`field_${at}`, 'string']))
    const task = await running().createTask({ output_format: fields })
    const { status, body } = await running().call('POST', `/task/${task}/run`, {
      task_input: { text: 'tea' },
    })
    assert.deepEqual([status, body.detail.reason], [502, 'OUTPUT_INVALID'])
  })
})

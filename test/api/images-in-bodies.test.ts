import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import sharp from 'sharp'
import { useSystem } from '../support/system.ts'

describe('images for tools that know no forms', () => {
  const running = useSystem({
    env: { SPLITRUN_IMAGE_LIMIT: '40000', SPLITRUN_BODY_LIMIT: '2000', SPLITRUN_FILES_MAX: '2' },
  })
  let image: Buffer
  let photo: string
  before(async () => {
    image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    photo = await running().createTask({ image_required: true, user_prompt: 'Describe it.' })
  })
  const padded = (size: number) => Buffer.concat([image, Buffer.alloc(size - image.length)])
  const send = (body: string | Uint8Array, type: string, task = photo) => {
    const { checkedUrl, project, token } = running()
    return fetch(`${checkedUrl}${project}/task/${task}/run`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    }).then(async (answer) => ({
      status: answer.status,
      // biome-ignore lint/suspicious/noExplicitAny: a test looks into answers of every shape
      body: (await answer.json()) as any,
    }))
  }
  const inJson = (...files: object[]) => send(JSON.stringify({ task_files: files }), 'application/json')
  const fileOf = async (run: { id: string; files: string[] }) => {
    const { checkedUrl, project, token } = running()
    const answer = await fetch(`${checkedUrl}${project}/task/${photo}/run/${run.id}/file/${run.files[0]}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    return Buffer.from(await answer.arrayBuffer())
  }

  test('as base64 in JSON, of either alphabet, as a data URL, with line breaks, with escaped slashes', async () => {
    const base64 = image.toString('base64')
    for (const data of [
      base64,
      image.toString('base64url'),
      `data:image/png;base64,${base64}`,
      base64.replaceAll(/.{76}/g, '$&\r\n'),
    ]) {
      const { status, body } = await inJson({ name: 'a.png', data })
      assert.equal(status, 200, JSON.stringify(body))
      assert.deepEqual(await fileOf(body), image)
    }
    const escaped = `{"task_files": [{"data": "${padded(30_000).toString('base64').replaceAll('/', '\\/')}"}]}`
    assert.equal((await send(escaped, 'application/json')).status, 200)
  })

  test('as the body itself, whatever its type says of the kind', async () => {
    for (const type of ['image/png', 'image/jpeg', 'IMAGE/*; q=1']) {
      const { status, body } = await send(image, type)
      assert.deepEqual([status, body.run_data], [200, { submitted: {}, files: body.files }], type)
      assert.deepEqual(await fileOf(body), image)
    }
  })

  test('but a task with parameters wants those too, and one that takes no file has no use for it', async () => {
    const missing = await send(image, 'image/png', await running().createTask())
    assert.deepEqual([missing.status, missing.body.detail[0].loc], [422, ['body', 'task_input', 'text']])
    const { checkedUrl, project, token } = running()
    const answer = await fetch(`${checkedUrl}${project}/task`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'image/png' },
      body: new Uint8Array(image),
    })
    assert.equal(answer.status, 415)
  })

  test('what is no base64 or no image is refused with its place', async () => {
    for (const data of ['no base64!', 'a', '=', 'data:image/png,abc']) {
      const { status, body } = await inJson({ data: image.toString('base64') }, { data })
      assert.deepEqual([status, body.detail[0].loc], [422, ['body', 'task_files', 1, 'data']], data)
    }
    for (const data of ['', Buffer.from('no image').toString('base64')]) {
      const { status, body } = await inJson({ data })
      assert.deepEqual([status, body.detail.reason], [415, 'NOT_AN_IMAGE'])
    }
    assert.equal((await send('no image', 'image/png')).status, 415)
    assert.equal((await send('', 'image/png')).status, 415)
  })

  test('files have their own limits, and nothing else may go beyond that of bodies', async () => {
    const data = (size: number) => padded(size).toString('base64')
    const reason = async (sent: ReturnType<typeof send>) => {
      const { status, body } = await sent
      return status === 200 ? 200 : body.detail.reason
    }
    assert.equal(await reason(inJson({ data: data(39_000) })), 200)
    assert.equal(await reason(send(padded(40_000), 'image/png')), 200)
    assert.equal(await reason(send(padded(40_001), 'image/png')), 'FILE_TOO_LARGE')
    assert.equal(await reason(inJson({ data: data(40_001) })), 'FILE_TOO_LARGE')
    assert.equal(await reason(inJson(...[1, 2, 3].map(() => ({ data: data(200) })))), 'TOO_MANY_FILES')
    assert.equal(await reason(inJson({ data: data(20_000) }, { data: data(30_000) })), 'BODY_TOO_LARGE')
    const junk = `{"task_files": [], "reference": [${'1,'.repeat(5000)}1]}`
    assert.equal(await reason(send(junk, 'application/json')), 'BODY_TOO_LARGE')
  })
})

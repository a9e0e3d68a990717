import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { pino } from 'pino'
import { composeWorker } from '../../src/compose/compose-worker.ts'
import { type FlippingProxy, startFlippingProxy } from '../support/files/flipping-proxy.ts'
import { settingsOf } from '../support/files/object-storage.ts'
import { type S3rver, startS3rver } from '../support/files/s3rver.ts'
import { noise } from '../support/pictures.ts'
import { type Answer, type System, until, useSystem } from '../support/system.ts'

const photoTask = ({ createTask }: System) => createTask({ user_prompt: 'What is it?', image_required: true })
const TEXT = { task_input: { text: 'tea' } }

async function upload({ call }: System, task: string, data: Buffer, query = ''): Promise<Answer> {
  const form = new FormData()
  form.append('task_file', new Blob([new Uint8Array(data)]), 'photo.png')
  return call('POST', `/task/${task}/run${query}`, form)
}

/** A file call as any client makes it, with the bytes. */
async function read({ url, project, token }: System, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/v1${project}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    redirect: 'manual',
  })
  return {
    status: response.status,
    headers: response.headers,
    data: Buffer.from(await response.arrayBuffer()),
  }
}

const ready = async ({ url }: System) => {
  const response = await fetch(`${url}/readyz`)
  const { detail } = (await response.json()) as { detail?: { reason: string } }
  return { status: response.status, after: response.headers.get('retry-after'), reason: detail?.reason }
}

describe('files in object storage, through the API', () => {
  let server: S3rver
  let proxy: FlippingProxy
  const running = useSystem(async (t) => {
    server = await startS3rver(t)
    proxy = await startFlippingProxy(t, server.url)
    return {
      env: { ...settingsOf(server), SPLITRUN_S3_ENDPOINT: proxy.url, SPLITRUN_JANITOR_INTERVAL: '1h' },
    }
  })

  async function stored(data: Buffer) {
    const system = running()
    const task = await photoTask(system)
    const { status, body } = await upload(system, task, data)
    assert.deepEqual([status, body.status], [200, 'succeeded'], JSON.stringify(body))
    return { system, name: body.files[0], file: `/task/${task}/run/${body.id}/file/${body.files[0]}` }
  }

  test('are given back as they came, whole, in parts, and not again to who has them', async () => {
    const data = await noise(400, 300).png().toBuffer()
    const { system, file, name } = await stored(data)
    const whole = await read(system, file)
    assert.ok(whole.data.equals(data))
    const etag = whole.headers.get('etag') ?? assert.fail()
    assert.deepEqual(
      ['content-type', 'content-length', 'accept-ranges', 'content-disposition'].map((each) =>
        whole.headers.get(each),
      ),
      ['image/png', String(data.length), 'bytes', `attachment; filename="${name}"`],
    )
    const part = await read(system, file, { range: 'bytes=100-299' })
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 100-299/${data.length}`])
    assert.ok(part.data.equals(data.subarray(100, 300)))
    const { url, project, token } = system
    const head = await fetch(`${url}/api/v1${project}${file}`, {
      ...{ method: 'HEAD', headers: { authorization: `Bearer ${token}` } },
    })
    assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(data.length)])
    assert.ok((await read(system, file, { range: 'bytes=-7' })).data.equals(data.subarray(-7)))
    assert.equal((await read(system, file, { range: 'bytes=100-299', 'if-range': '"other"' })).status, 200)
    assert.equal((await read(system, file, { range: `bytes=${data.length}-` })).status, 416)
    assert.equal((await read(system, file, { 'if-none-match': etag })).status, 304)
    assert.equal((await read(system, file.replace(/[^/]+$/, 'x.png'))).status, 404)
  })

  test('that come damaged are cut off or refused, and never given as if they were whole', async () => {
    const large = await noise(400, 300).png().toBuffer()
    const { system, file } = await stored(large)
    proxy.flip(1)
    await assert.rejects(read(system, file), 'a large one is cut off')
    const little = await stored(await noise(8, 8).png().toBuffer())
    proxy.flip(1)
    const { status, data } = await read(system, little.file)
    assert.deepEqual([status, JSON.parse(data.toString()).detail.reason], [500, 'FILE_DAMAGED'])
    assert.equal((await read(system, little.file)).status, 200)
  })

  test('damaged for good end their run with a reason of its own', async () => {
    const system = running()
    const task = await photoTask(system)
    proxy.flip(Number.POSITIVE_INFINITY)
    const { status, body } = await upload(system, task, await noise(8, 8).png().toBuffer())
    proxy.flip(0)
    assert.deepEqual([status, body.detail?.reason ?? body.error?.reason], [500, 'FILE_DAMAGED'])
  })

  test('cost a run without any no request', async () => {
    const system = running()
    const task = await system.createTask()
    await server.kill()
    const { status } = await system.call('POST', `/task/${task}/run`, TEXT)
    await server.start()
    assert.equal(status, 200)
  })
})

describe('object storage that callers reach themselves', () => {
  let server: S3rver
  const running = useSystem(async (t) => {
    server = await startS3rver(t)
    return { env: { ...settingsOf(server), SPLITRUN_S3_PUBLIC_URL: server.url } }
  })

  test('is where file calls lead, by a URL that needs no token, is for one file, and ends', async () => {
    const system = running()
    const task = await photoTask(system)
    const data = await noise(80, 80).png().toBuffer()
    const { body } = await upload(system, task, data)
    const file = `/task/${task}/run/${body.id}/file/${body.files[0]}`
    const { status, headers } = await read(system, `${file}?inline=true`)
    const link = headers.get('location') ?? assert.fail()
    assert.deepEqual([status, headers.get('cache-control')], [302, 'no-store'])
    assert.equal(new URL(link).origin, server.url)
    assert.equal(new URL(link).searchParams.get('X-Amz-Expires'), '300')
    const shown = await fetch(link)
    assert.deepEqual(
      [shown.status, shown.headers.get('content-type'), shown.headers.get('content-disposition')],
      [200, 'image/png', `inline; filename="${body.files[0]}"`],
    )
    assert.ok(Buffer.from(await shown.arrayBuffer()).equals(data))
    const other = new URL(link)
    other.searchParams.set('response-content-type', 'text/html')
    assert.equal((await fetch(other)).status, 403)
    const etag = headers.get('etag') ?? assert.fail()
    assert.equal((await read(system, file, { 'if-none-match': etag })).status, 304)
    assert.equal((await read(system, file.replace(/[^/]+$/, 'x.png'))).status, 404)
  })
})

describe('object storage that is away', () => {
  let server: S3rver
  const running = useSystem(async (t) => {
    server = await startS3rver(t)
    const env = { SPLITRUN_S3_TIMEOUT: '20s', SPLITRUN_S3_ATTEMPTS: '2', SPLITRUN_JANITOR_INTERVAL: '1h' }
    return { workers: 0, env: { ...settingsOf(server), ...env } }
  })

  test('is 503 with Retry-After for what needs files; no run is lost or failed, and others go on', async () => {
    const system = running()
    const [photos, texts] = [await photoTask(system), await system.createTask()]
    const picture = await noise(8, 8).png().toBuffer()
    const accepted = await upload(system, photos, picture, '?wait=0')
    assert.equal(accepted.status, 202)
    const file = `/task/${photos}/run/${accepted.body.id}/file/${accepted.body.files[0]}`
    assert.equal((await ready(system)).status, 200)

    await server.kill()
    const refused = await upload(system, photos, picture, '?wait=0')
    assert.deepEqual([refused.status, refused.body.detail.reason], [503, 'FILES_UNAVAILABLE'])
    assert.ok(Number(refused.headers.get('retry-after')) > 0)
    const unread = await read(system, file)
    assert.deepEqual([unread.status, Number(unread.headers.get('retry-after')) > 0], [503, true])
    await until(async () => (await ready(system)).status === 503)
    const { reason, after } = await ready(system)
    assert.deepEqual([reason, Number(after) > 0], ['FILES_UNAVAILABLE', true])

    await composeWorker(system.core)
    for (let times = 0; times < 5; times += 1) {
      const text = await system.call('POST', `/task/${texts}/run`, TEXT)
      assert.deepEqual([text.status, text.body.status], [200, 'succeeded'])
    }
    // The worker has had it, and has given it back.
    const waits = await system.call('GET', `/task/${photos}/run/${accepted.body.id}`)
    assert.ok(['queued', 'running'].includes(waits.body.status), waits.body.status)

    await server.start()
    const ended = await system.call('GET', `/task/${photos}/run/${accepted.body.id}?wait=60`)
    assert.equal(ended.body.status, 'succeeded')
    await until(async () => (await ready(system)).status === 200)
    assert.equal((await upload(system, photos, picture)).status, 200)
    assert.equal((await read(system, file)).status, 200)
  })
})

describe('object storage whose keys are wrong', () => {
  const lines: string[] = []
  const running = useSystem(async (t) => {
    const server = await startS3rver(t)
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString())
        done()
      },
    })
    const log = pino({ level: 'error' }, stream)
    return { log, env: { ...settingsOf(server), AWS_SECRET_ACCESS_KEY: 'not-to-be-shown' } }
  })

  test('is said in the log at the start with the setting to look at, and by /readyz; runs without files go on', async () => {
    const system = running()
    await until(() => lines.some((line) => /files cannot be stored now/.test(line)))
    assert.ok(lines.some((line) => /AWS_SECRET_ACCESS_KEY/.test(line)))
    const { status, reason } = await ready(system)
    assert.deepEqual([status, reason], [503, 'FILES_UNAVAILABLE'])
    const refused = await upload(system, await photoTask(system), await noise(8, 8).png().toBuffer())
    assert.deepEqual([refused.status, refused.body.detail.reason], [503, 'FILES_UNAVAILABLE'])
    const text = await system.call('POST', `/task/${await system.createTask()}/run`, TEXT)
    assert.equal(text.status, 200)
    assert.ok(!/not-to-be-shown/.test(lines.join('') + JSON.stringify(refused.body)))
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('If-None-Match', () => {
  const running = useSystem({ model: { latencyMs: 300 } })
  const read = (path: string, known?: string) =>
    running().call('GET', path, undefined, known === undefined ? {} : { headers: { 'if-none-match': known } })
  const etagOf = async (path: string) => (await read(path)).headers.get('etag') ?? ''

  test('a task that is shown as it was is 304, whoever asks for it, and each change brings it anew', async () => {
    const task = await running().createTask()
    const path = `/task/${task}`
    const tag = (await running().call('POST', '/task/tag', { name: 'x' })).body.id
    const changes: [string, object][] = [
      [path, { description: 'new' }],
      [path, { user_prompt: 'v' }],
      [`/task/tag/${tag}/add`, { entities: [task] }],
      [`/task/tag/${tag}`, { name: 'y' }],
      [`${path}/access_token/rotate`, {}],
    ]
    for (const [where, change] of changes) {
      const known = await etagOf(path)
      for (const header of [known, `W/${known}`, `"other", ${known}`, '*']) {
        const { status, headers, body } = await read(path, header)
        assert.deepEqual([status, headers.get('etag'), body], [304, known, ''], header)
      }
      assert.equal((await running().call('POST', where, change)).status, 200)
      assert.equal((await read(path, known)).status, 200, where)
    }
    // Another part of it is another representation.
    assert.equal((await read(`${path}?revisions=1`, await etagOf(path))).status, 200)
  })

  test('limits and budgets are 304 until they, or what is used of them, change', async () => {
    const policies = [
      ['/limit', { policies: [{ name: 'x', concurrent_runs: 7 }] }],
      ['/budget', { budgets: [{ name: 'x', credits: 7, per: 'month', mode: 'soft' }] }],
    ] as const
    for (const [path, change] of policies) {
      const known = await etagOf(path)
      const { status, headers, body } = await read(path, known)
      assert.deepEqual([status, headers.get('etag'), body], [304, known, ''], path)
      const set = await running().call('POST', path, change, { token: ADMIN_TOKEN })
      assert.equal(set.status, 200)
      assert.equal((await read(path, known)).status, 200)
      assert.equal((await read(path, set.headers.get('etag') ?? '')).status, 304)
    }
  })

  test('a run is 304 until its record changes, and for good once it has ended', async () => {
    const task = await running().createTask()
    const started = await running().call('POST', `/task/${task}/run?wait=0`, { task_input: { text: 'tea' } })
    const path = `/task/${task}/run/${started.body.id}`
    const seen = new Map<string, string>()
    let known = ''
    await until(async () => {
      const { status, headers, body } = await read(path, known)
      const etag = headers.get('etag') ?? ''
      if (status === 304) assert.equal(etag, known)
      else {
        assert.ok(!seen.has(etag), `${etag} stands for two states`)
        seen.set(etag, JSON.stringify(body))
        known = etag
      }
      return body.done === true
    })
    assert.deepEqual(
      [(await read(path, known)).status, (await read(`${path}?wait=5`, known)).status],
      [304, 304],
    )
    assert.equal((await read(path, '"other"')).status, 200)
    const conditional = await running().call(
      'POST',
      `${path}/cancel`,
      {},
      { headers: { 'if-none-match': known } },
    )
    assert.equal(
      conditional.body.detail.reason,
      'CONDITION_UNSUPPORTED',
      'of calls, only reading has this condition',
    )
  })

  test('a file of a run never changes, and can be read in parts', async () => {
    const task = await running().createTask({ user_prompt: 'Describe it.' })
    const image = await sharp({ create: { width: 64, height: 48, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    const form = new FormData()
    form.append('task_file', new Blob([new Uint8Array(image)]), 'a')
    const { body } = await running().call('POST', `/task/${task}/run`, form)
    const { url, checkedUrl, project, token } = running()
    const path = `${project}/task/${task}/run/${body.id}/file/${body.files[0]}`
    const get = async (headers: Record<string, string>) => {
      const authorization = `Bearer ${token}`
      const answer = await fetch(checkedUrl + path, { headers: { authorization, ...headers } })
      return {
        ...answer,
        status: answer.status,
        headers: answer.headers,
        bytes: Buffer.from(await answer.arrayBuffer()),
      }
    }
    const whole = await get({})
    const etag = whole.headers.get('etag') ?? ''
    assert.deepEqual([whole.status, whole.bytes], [200, image])
    assert.equal(whole.headers.get('accept-ranges'), 'bytes')
    assert.deepEqual([(await get({ 'if-none-match': etag })).status], [304])
    const size = image.length
    const parts: [string, number, number][] = [
      ['bytes=0-9', 0, 9],
      ['bytes=10-', 10, size - 1],
      ['bytes=-5', size - 5, size - 1],
      [`bytes=-${size + 5}`, 0, size - 1],
      [`bytes=${size - 1}-${size + 100}`, size - 1, size - 1],
    ]
    for (const [range, start, end] of parts) {
      const part = await get({ range, 'if-range': etag })
      assert.deepEqual(
        [part.status, part.headers.get('content-range')],
        [206, `bytes ${start}-${end}/${size}`],
      )
      assert.deepEqual(part.bytes, image.subarray(start, end + 1))
    }
    for (const headers of [
      { range: 'bytes=0-9, 20-29' },
      { range: 'lines=0-9' },
      { range: 'nonsense' },
      { range: 'bytes=0-9', 'if-range': '"another"' },
    ]) {
      const { status, bytes } = await get(headers)
      assert.deepEqual([status, bytes], [200, image], JSON.stringify(headers))
    }
    for (const range of ['bytes=0-9', `bytes=${size}-`]) {
      const headers = { authorization: `Bearer ${token}`, range }
      const head = await fetch(url + path, { method: 'HEAD', headers })
      assert.deepEqual([head.status, head.headers.get('content-length')], [200, String(size)], range)
    }
    const beyond = await get({ range: `bytes=${size}-` })
    assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, `bytes */${size}`])
    assert.equal(JSON.parse(beyond.bytes.toString()).detail.reason, 'RANGE_NOT_SATISFIABLE')
  })
})

describe('what is said of a query or a header that cannot be read', () => {
  const running = useSystem()
  const messageOf = ({ body }: { body: { detail: { msg: string }[] } }) => body.detail[0]?.msg ?? ''

  test('is what is wrong with it', async () => {
    const dates: [string, RegExp][] = [
      ['', /empty/],
      ['2026-02-30', /no day 2026-02-30/],
      ['2026-1-5', /two digits/],
      ['24.12.2026', /year stands first/],
      ['1764380000', /seconds since 1970/],
      ['2026-11-24T10:00:00', /offset/],
      ['2026-11-24T10:00:00+02:00', /%2B/],
      ['2026-11-24%2010:00:00Z', /a T stands between/],
      ['soon', /expected YYYY-MM-DD/],
    ]
    for (const [date, message] of dates) {
      const answer = await running().call('GET', `/task_run?start_date=${date}`)
      assert.deepEqual([answer.status, answer.body.detail[0].loc], [422, ['query', 'start_date']], date)
      assert.match(messageOf(answer), message, date)
    }
    const task = await running().createTask()
    const keys: [string, RegExp][] = [
      ['', /empty/],
      ['k'.repeat(256), /256 characters; at most 255/],
      ['one, two', /a space/],
      ['schlüssel', /no printable ASCII/],
    ]
    for (const [key, message] of keys) {
      const headers = { 'idempotency-key': key }
      const answer = await running().call(
        'POST',
        `/task/${task}/run`,
        { task_input: { text: 'tea' } },
        { headers },
      )
      assert.deepEqual([answer.status, answer.body.detail[0].loc], [422, ['header', 'idempotency-key']], key)
      assert.match(messageOf(answer), message)
    }
  })
})

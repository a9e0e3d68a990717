import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { type Answer, useSystem } from '../support/system.ts'

describe('input that is made to break a server', () => {
  const running = useSystem()
  const json = { headers: { 'content-type': 'application/json' } }
  const reasonOf = ({ status, body }: Answer): [number, string] => [status, body.detail.reason]

  /** Sends a body of spaces in pieces, without a content-length, until all is sent or the server hangs up. */
  function sendChunked(size: number): Promise<{ status: number | undefined; body: string }> {
    const { url, project, token } = running()
    return new Promise((resolve, reject) => {
      const sending = request(`${url}${project}/task`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' },
      })
      sending.on('error', reject)
      sending.on('response', async (answer) => {
        let body = ''
        for await (const part of answer) body += part
        resolve({ status: answer.statusCode, body })
      })
      for (let sent = 0; sent < size; sent += 100_000) sending.write(Buffer.alloc(100_000, ' '))
      sending.end()
    })
  }

  test('a chunked body is read up to its limit, and one past it gets 413 instead of a broken connection', async () => {
    assert.equal((await sendChunked(4_000_000)).status, 422)
    for (const size of [4_100_000, 12_000_000]) {
      const { status, body } = await sendChunked(size)
      assert.deepEqual([status, JSON.parse(body).detail.reason], [413, 'BODY_TOO_LARGE'])
    }
  })

  test('JSON that is nested too deeply is refused wherever it stands, and breaks nothing', async () => {
    const system = running()
    const task = await system.createTask()
    const nest = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    const bodies = (levels: number): [string, string][] => [
      [`/task/${task}/run`, `{"task_input": {"text": ${nest(levels - 2)}}}`],
      [`/task/${task}`, `{"input_processors": ${nest(levels - 1)}}`],
      [`/task/${task}`, `{"output_format": ${nest(levels - 1)}}`],
    ]
    for (const [path, body] of bodies(200).slice(0, 2)) {
      assert.equal((await system.call('POST', path, body, json)).status, 200, path)
    }
    for (const levels of [201, 5000, 60_000]) {
      for (const [path, body] of bodies(levels)) {
        assert.equal((await system.call('POST', path, body, json)).status, 422, `${path} ${levels}`)
      }
    }
    const form = new FormData()
    form.append('task_input', `{"text": ${nest(60_000)}}`)
    assert.equal((await system.call('POST', `/task/${task}/run`, form)).status, 422)
  })

  test('a multipart body that is cut, empty or without a boundary is 400, never a call that hangs', async () => {
    const system = running()
    const task = await system.createTask()
    const file = '--b\r\nContent-Disposition: form-data; name="task_file"; filename="a"\r\n\r\nabc'
    const field = '--b\r\nContent-Disposition: form-data; name="task_input"\r\n\r\n{}'
    const bodies = [file, field, '--b\r\nContent-Dis', 'no multipart at all', '']
    for (const type of ['multipart/form-data; boundary=b', 'multipart/form-data']) {
      for (const body of bodies) {
        const answer = await system.call('POST', `/task/${task}/run`, body, {
          headers: { 'content-type': type },
        })
        assert.deepEqual(reasonOf(answer), [400, 'MALFORMED_REQUEST'], body)
      }
    }
  })

  test('names that JavaScript knows are unknown as fields, and harmless as inputs', async () => {
    const system = running()
    const task = await system.createTask()
    const run = (body: string) => system.call('POST', `/task/${task}/run`, body, json)
    const ignored = await run('{"__proto__": {}, "task_input": {"text": "tea"}}')
    assert.deepEqual([ignored.status, ignored.headers.get('x-ignored-fields')], [200, '__proto__'])
    const missing = await run('{"task_input": {"__proto__": {"text": "tea"}}}')
    assert.deepEqual([missing.status, missing.body.detail[0].type], [422, 'missing'])
    assert.equal((await run('{"task_input": {"text": "tea", "constructor": 1}}')).status, 200)
  })

  test('every required field that is missing is named as missing, whatever its type', async () => {
    const { status, body } = await running().call('POST', '/task', {})
    assert.equal(status, 422)
    const missing = body.detail.map(({ loc, type }: { loc: string[]; type: string }) => [...loc, type])
    assert.deepEqual(
      missing.sort(),
      ['enabled', 'llm_model_id', 'name', 'system_prompt', 'user_prompt'].map((name) => [
        'body',
        name,
        'missing',
      ]),
    )
  })

  test('a query or a path that cannot be understood is refused before anything is done', async () => {
    const system = running()
    const task = await system.createTask()
    const input = { task_input: { text: 'tea' } }
    for (const query of [
      'wait=soon',
      'wait=-1',
      'wait=Infinity',
      'revision_id=x',
      'use_fallback_model=perhaps',
    ]) {
      const { status, body } = await system.call('POST', `/task/${task}/run?${query}`, input)
      assert.equal(status, 422, query)
      assert.equal(body.detail[0].loc[0], 'query')
    }
    for (const query of ['cursor=x', 'status=done', 'start_date=then', 'page_limit=1.5', 'page_limit=']) {
      assert.equal((await system.call('GET', `/task_run?${query}`)).status, 422, query)
    }
    assert.deepEqual(reasonOf(await system.call('GET', '/task/%E0%A4%A')), [400, 'MALFORMED_REQUEST'])
    assert.deepEqual((await system.call('GET', `/task/${task}/run`)).body.results, [])
  })

  test('a body without a Content-Type is read as JSON', async () => {
    const { url, project, token } = running()
    const answer = await fetch(`${url}${project}/task`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: Buffer.from('{"no_such_field": 1}'),
    })
    assert.equal(answer.status, 422)
    const { detail } = (await answer.json()) as { detail: { type: string }[] }
    assert.ok(detail.every(({ type }) => type === 'missing'))
    assert.equal(answer.headers.get('x-ignored-fields'), 'no_such_field')
  })
})

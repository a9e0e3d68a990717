import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { openBareConnection, readOutput } from '../support/bare-connection.ts'
import { useSystem } from '../support/system.ts'

const CRLF = '\r\nX-Evil: 1\r\n\r\nHTTP/1.1 200 OK'

describe('names that are made to lead somewhere else', () => {
  const running = useSystem()
  const json = { headers: { 'content-type': 'application/json' } }

  test('keys of prototypes change nothing but what they stand in, wherever they stand', async () => {
    const system = running()
    const task = await system.createTask()
    const before = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
    const evil = '{"polluted": "yes", "toString": "no"}'
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      const at = `"${key}": ${evil}`
      const bodies: [string, string][] = [
        ['/task', `{${at}}`],
        [`/task/${task}`, `{"llm_config": {${at}}}`],
        [`/task/${task}`, `{"output_format": {${at}}}`],
        [`/task/${task}`, `{"output_format": {"a": {"type": "object", "nested_structure": {${at}}}}}`],
        [`/task/${task}`, `{"active_revisions": [{${at}}]}`],
        [`/task/${task}/run`, `{${at}}`],
        [`/task/${task}/run`, `{"task_input": {"text": "tea"}, "llm_config": {${at}}}`],
      ]
      for (const [path, body] of bodies) {
        assert.equal((await system.call('POST', path, body, json)).status, 422, `${path} ${body}`)
      }
      // A member that is not known is ignored, whatever it is called, and named.
      const ignored = await system.call('POST', `/task/${task}`, `{${at}}`, json)
      assert.deepEqual([ignored.status, ignored.headers.get('x-ignored-fields')], [200, key])
      // Where a caller's own data goes, such a key is data.
      for (const body of [
        `{"task_input": {"text": {${at}}, ${at}}}`,
        `{"task_input": {"text": [{${at}}]}}`,
      ]) {
        const { status, body: run } = await system.call('POST', `/task/${task}/run`, body, json)
        assert.equal(status, 200, body)
        assert.equal(run.response.polluted, undefined)
      }
      const query = `${key}=1&${key}[polluted]=yes&page_limit=2`
      assert.equal((await system.call('GET', `/task?${query}`)).status, 200)
    }
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assert.equal(JSON.stringify(Object.getOwnPropertyNames(Object.prototype)), before)
  })

  test('line breaks never become headers, in whatever a caller may name', async () => {
    const system = running()
    const task = await system.createTask()
    const group = encodeURIComponent(`g${CRLF}`)
    const { status, headers, body } = await system.call(
      'POST',
      `/task/${task}/run?reporting_group=${group}`,
      {
        task_input: { text: CRLF },
        reference: `r${CRLF}`,
      },
    )
    assert.equal(headers.get('x-evil'), null)
    if (status === 200) assert.equal(body.reference, `r${CRLF}`)
    else assert.equal(status, 422)

    const path = await system.call('GET', `/task/${encodeURIComponent(`x${CRLF}`)}`)
    assert.deepEqual([path.status, path.headers.get('x-evil')], [400, null])
    for (const id of ['a b', '<script>', 'x'.repeat(65), 'ü', '%0d%0aX-Evil: 1']) {
      const answer = await system.call('GET', '/task', undefined, {
        headers: { 'x-request-id': Buffer.from(id).toString('latin1') },
      })
      assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/, id)
    }
    const kept = await system.call('GET', '/task', undefined, { headers: { 'x-request-id': 'trace-1.2_3' } })
    assert.equal(kept.headers.get('x-request-id'), 'trace-1.2_3')
  })

  test('a header with a line break or a request without Host is refused with JSON', async (t) => {
    const { port } = new URL(running().url)
    for (const head of ['GET /healthz HTTP/1.1', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: b\rX-Evil: 1']) {
      const connection = openBareConnection(t, port)
      connection.send(`${head}\r\nConnection: close\r\n\r\n`)
      const { status, body } = readOutput(await connection.ended)
      assert.equal(status, 400)
      assert.partialDeepStrictEqual(body, { detail: { reason: 'MALFORMED_REQUEST' } })
    }
  })

  test('what a client calls its file leads nowhere: files have names of ours, and no path leads out', async () => {
    const system = running()
    const task = await system.createTask({ image_required: true, user_prompt: 'Describe it.' })
    const image = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'teal' } })
      .png()
      .toBuffer()
    let run = ''
    for (const name of [
      '../../../evil.png',
      '/etc/passwd',
      '..\\..\\evil.png',
      'a\0.png',
      `a${CRLF}.png`,
      '',
    ]) {
      const form = new FormData()
      form.append('task_file', new Blob([new Uint8Array(image)]), name)
      const { status, headers, body } = await system.call('POST', `/task/${task}/run`, form)
      assert.deepEqual([status, headers.get('x-evil')], [200, null], name)
      assert.match(body.files[0], /^[0-9a-f-]{36}\.png$/)
      run = body.id
    }
    const outside = ['..%2f..%2f..%2fetc%2fpasswd', '%2e%2e%2f%2e%2e%2fdev.json', '..%5c..%5cdev.json']
    outside.push('%2fetc%2fpasswd', 'x.png%00.jpeg', 'a'.repeat(5000), '..', '.', '%2e%2e')
    for (const name of outside) {
      const { status } = await fetch(`${system.url}${system.project}/task/${task}/run/${run}/file/${name}`, {
        headers: { authorization: `Bearer ${system.token}` },
      })
      assert.ok([200, 404, 405].includes(status), `${name}: ${status}`)
      // fetch itself takes dots away, which may leave the path of something else.
      if (!/^(\.|%2e)+$/i.test(name)) assert.equal(status, 404, name)
    }
  })

  test('no address that a caller names is ever called', async (t) => {
    let calls = 0
    const trap = createServer((_, response) => {
      calls += 1
      response.end()
    })
    trap.on('connection', () => {
      calls += 1
    })
    await once(trap.listen(0, '127.0.0.1'), 'listening')
    t.after(() => void trap.close())
    const url = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/image.png`

    const system = running()
    const task = await system.createTask({
      system_prompt: `Read ${url} first.`,
      user_prompt: `![image](${url}) {text} {image} {part}`,
      annotation: url,
    })
    const inputs = {
      text: `See ${url}`,
      image: { type: 'image_url', image_url: { url } },
      part: [{ type: 'file', file: { file_data: url } }, { $ref: url }, `<img src="${url}">`],
    }
    const form = new FormData()
    form.append('task_input', JSON.stringify(inputs))
    const runs = [
      await system.call('POST', `/task/${task}/run`, { task_input: inputs, reference: url }),
      await system.call('POST', `/task/${task}/run?reporting_group=${encodeURIComponent(url)}`, {
        task_input: inputs,
      }),
      await system.call('POST', `/task/${task}/run`, form),
    ]
    for (const { status } of runs) assert.equal(status, 200)

    const asFile = new FormData()
    asFile.append('task_input', JSON.stringify(inputs))
    asFile.append('task_file', url)
    assert.equal((await system.call('POST', `/task/${task}/run`, asFile)).status, 415)
    const photo = await system.createTask({ image_required: true, user_prompt: 'Describe it.' })
    for (const text of [url, `<svg xmlns="http://www.w3.org/2000/svg"><image href="${url}"/></svg>`]) {
      const picture = new FormData()
      picture.append('task_file', new Blob([text], { type: 'image/svg+xml' }), 'image.svg')
      assert.equal((await system.call('POST', `/task/${photo}/run`, picture)).status, 415)
    }
    const format = { a: { type: 'string', description: url }, $ref: 'string' }
    assert.equal((await system.call('POST', `/task/${task}`, { output_format: format })).status, 422)
    assert.equal((await system.call('POST', `/task/${task}`, { llm_model_id: url })).status, 422)
    assert.equal(calls, 0)
  })
})

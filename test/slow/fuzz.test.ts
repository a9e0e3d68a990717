import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { arbitraryOutputFormat } from '../support/arbitrary-output-format.ts'
import { anyJson, anyKey, anyText, damaged } from '../support/arbitrary-text.ts'
import { openBareConnection } from '../support/bare-connection.ts'
import fc from '../support/fast-check.ts'
import { fuzz } from '../support/fuzz.ts'
import { useSystem } from '../support/system.ts'

describe('whatever is sent, the answer is JSON and no failure of ours', () => {
  const running = useSystem({ env: { SPLITRUN_REVISIONS_MAX: '100000' } })
  let task: string
  before(async () => {
    task = await running().createTask()
  })

  /** Every answer but a failure of this service, and every refusal in one of its shapes. */
  function assertCivil(status: number, body: unknown): void {
    assert.ok(status >= 200 && status < 500, `${status} ${JSON.stringify(body)}`)
    if (status < 400) return
    const { detail } = body as { detail: { reason?: string } | { loc: unknown; msg: unknown }[] }
    if (status === 422 && Array.isArray(detail)) assert.ok(detail.every(({ loc, msg }) => loc && msg))
    else assert.equal(typeof (detail as { reason: unknown }).reason, 'string')
  }
  async function send(path: string, body: string | Uint8Array, type: string): Promise<number> {
    const { url, project, token } = running()
    const answer = await fetch(url + project + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    assertCivil(answer.status, await answer.json())
    return answer.status
  }
  const check = <T>(runs: number, values: fc.Arbitrary<T>, property: (value: T) => Promise<unknown>) =>
    fc.assert(
      fc.asyncProperty(values, async (value) => {
        await property(value)
      }),
      fuzz(runs) as fc.Parameters<[T]>,
    )

  test('inputs of a run', () =>
    check(100, fc.dictionary(anyKey, anyJson, { maxKeys: 5 }), async (inputs) => {
      const sent = JSON.stringify({ task_input: { text: 'tea', ...inputs } })
      assert.equal(await send(`/task/${task}/run`, sent, 'application/json'), 200)
    }))

  test('bodies of a run, damaged', () =>
    check(150, damaged('{"task_input":{"text":"tea","n":[1,{"a":null}]},"reference":"r"}'), (body) =>
      send(`/task/${task}/run`, body, 'application/json'),
    ))

  test('tasks of any fields', () =>
    check(
      100,
      fc.dictionary(fc.oneof(fc.constantFrom('name', 'enabled', 'llm_config', 'rag'), anyKey), anyJson),
      (body) => send(`/task/${task}`, JSON.stringify(body), 'application/json'),
    ))

  test('output formats of any kind, and valid ones damaged', () => {
    const valid = arbitraryOutputFormat.chain((format) => damaged(JSON.stringify(format)))
    const formats = fc.oneof(
      anyJson.map((value) => JSON.stringify(value) ?? 'null'),
      valid,
    )
    return check(100, formats, (format) =>
      send(`/task/${task}`, `{"output_format": ${format}}`, 'application/json'),
    )
  })

  test('prompts, which render with every parameter that they are said to have', async () => {
    const own = await running().createTask()
    await check(
      25,
      fc.tuple(fc.array(fc.oneof(anyText, fc.constantFrom('{a}', '{{b}}', '{', '}'))), anyJson),
      async ([parts, value]) => {
        const user_prompt = parts.join('') || 'x'
        const made = await running().call('POST', `/task/${own}`, { user_prompt })
        assertCivil(made.status, made.body)
        if (made.status !== 200) return
        const [revision] = made.body.revisions
        const inputs = Object.fromEntries(revision.input_params.map((name: string) => [name, value ?? null]))
        const sent = JSON.stringify({ task_input: inputs })
        assert.equal(await send(`/task/${own}/run?revision_id=${revision.id}`, sent, 'application/json'), 200)
      },
    )
  })

  test('multipart bodies, damaged', () => {
    const head = '--b\r\nContent-Disposition: form-data; name='
    const whole = `${head}"task_input"\r\n\r\n{"text":"tea"}\r\n${head}"task_file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\r\n--b--\r\n`
    return check(150, damaged(whole), (body) =>
      send(`/task/${task}/run`, Buffer.from(body, 'latin1'), 'multipart/form-data; boundary=b'),
    )
  })

  test('bytes of any kind under every content type', () => {
    const types = [
      'application/json',
      'multipart/form-data; boundary=b',
      'multipart/form-data; boundary="',
      'text/plain',
    ]
    types.push('application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-16', '/')
    return check(
      100,
      fc.tuple(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...types)),
      ([bytes, type]) => send(`/task/${task}/run`, bytes, type),
    )
  })

  test('forms of any pairs', () =>
    check(
      100,
      fc.array(fc.tuple(fc.oneof(fc.constantFrom('task_input', 'llm_config'), anyText), anyText)),
      (pairs) =>
        send(`/task/${task}/run`, new URLSearchParams(pairs).toString(), 'application/x-www-form-urlencoded'),
    ))

  test('queries and paths', () => {
    const names = fc.constantFrom(
      'cursor',
      'page_limit',
      'status',
      'start_date',
      'wait',
      'revision',
      'a[b]',
      'timeout',
    )
    const encoded = fc.oneof(
      anyText.map((text) => encodeURIComponent(text.toWellFormed())),
      fc.constantFrom('%', '%zz', '%e0%a4'),
    )
    const queries = fc.array(
      fc.tuple(names, encoded).map((pair) => pair.join('=')),
      { maxLength: 4 },
    )
    const { url, project, token } = running()
    return check(150, fc.tuple(encoded, queries), async ([part, query]) => {
      const search = query.filter((each) => !each.startsWith('wait=')).join('&')
      for (const path of [`/task/${part}`, '/task_run', `/task/${task}/run/${part}`, `/${part}/${part}`]) {
        // Not by the contract's proxy: what comes of a path that ends in a slash is not in the document.
        const answer = await fetch(`${url}${project}${path}?${search}`, {
          headers: { authorization: `Bearer ${token}` },
        })
        assertCivil(answer.status, await answer.json())
      }
    })
  })

  test('headers, over a bare connection', async (t) => {
    const { url, project, token } = running()
    const names = fc.constantFrom(
      'Prefer',
      'Idempotency-Key',
      'Accept',
      'Content-Type',
      'X-Request-Id',
      'Authorization',
      'Expect',
      'Content-Encoding',
      'Transfer-Encoding',
      'Content-Length',
      'Connection',
      'If-Match',
      'Range',
    )
    const values = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        'respond-async, wait=',
        'wait="1',
        '*/*',
        'chunked',
        '-1',
        '0',
        'gzip',
        'close',
        'Basic !!!',
        'x'.repeat(9000),
      ),
    )
    await check(80, fc.array(fc.tuple(names, values), { maxLength: 4 }), async (pairs) => {
      const connection = openBareConnection(t, new URL(url).port)
      const head = [
        `GET ${project}/task HTTP/1.1`,
        'Host: x',
        'Connection: close',
        ...pairs.map((pair) => pair.join(': ')),
      ]
      if (!pairs.some(([name]) => name === 'Authorization')) head.push(`Authorization: Bearer ${token}`)
      connection.send(`${head.join('\r\n')}\r\n\r\n`)
      // A length or an encoding may promise a body that never comes: then the client ends it.
      connection.socket.end()
      const text = await connection.ended
      if (text === '') return
      const [first = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
      assert.match(first, /content-type: application\/json/i)
      assertCivil(Number(first.split(' ')[1]), JSON.parse(body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n\r\n$/g, '')))
    })
  })

  test('and the process has lived through all of it', async () => {
    assert.equal((await fetch(`${running().url}/readyz`)).status, 200)
    assert.equal(
      (
        await running().call('POST', `/task/${await running().createTask()}/run`, {
          task_input: { text: 'tea' },
        })
      ).status,
      200,
    )
  })
})

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { useSystem } from '../support/system.ts'

const APP = 'https://app.example'

describe('what stands between callers and the API', () => {
  const running = useSystem({
    env: {
      SPLITRUN_CORS_ORIGINS: `${APP}, https://other.example`,
      SPLITRUN_PUBLIC_URL: 'https://api.example/split/run/',
    },
  })

  /** A request as it is, which fetch would mend: its path, its encodings. */
  function send(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) {
    const { checkedUrl, url, token } = running()
    // The document knows no paths but its own, and nothing of what browsers ask before they ask.
    const isOwn = method !== 'OPTIONS' && !/\/\/|^\/split/.test(path)
    return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(isOwn ? checkedUrl : url)
        const all = { authorization: `Bearer ${token}`, ...headers }
        const sending = request({ hostname, port, path, method, headers: all }, async (answer) => {
          const parts: Buffer[] = []
          for await (const part of answer) parts.push(part)
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) })
        })
        sending.on('error', reject)
        sending.end(body)
      },
    )
  }

  test('a path is found with slashes too many, and with the prefix of a proxy or without', async () => {
    const { project, createTask } = running()
    const task = await createTask()
    for (const path of [
      `//api/v1${project}/task/${task}`,
      `/api/v1/${project}//task/${task}/`,
      `//${project}/task/${task}?revisions=1`,
      `/split/run/api/v1${project}/task/${task}`,
      `/split/run${project}/task/${task}`,
      `//split//run//api/v1${project}/task/${task}`,
    ]) {
      const { status, bytes } = await send(path)
      assert.deepEqual([status, JSON.parse(bytes.toString()).id], [200, task], path)
    }
    assert.equal((await send(`/split${project}/task/${task}`)).status, 404)
  })

  test('Location and the document name paths as callers reach them', async () => {
    const { project, createTask } = running()
    const task = await createTask()
    for (const mount of ['/api/v1', '', '//api/v1', '/split/run/api/v1']) {
      const body = '{"task_input": {"text": "tea"}}'
      const { status, headers } = await send(`${mount}${project}/task/${task}/run?wait=0`, {}, 'POST', body)
      const expected = `/split/run${mount.includes('api') ? '/api/v1' : ''}${project}/task/${task}/run/${headers['x-task-run-id']}`
      assert.deepEqual([status, headers['location']], [202, expected])
      assert.equal((await send(expected)).status, 200)
    }
    const document = JSON.parse((await send('/openapi.json')).bytes.toString())
    assert.deepEqual(
      document.servers.map(({ url }: { url: string }) => url),
      ['/split/run/api/v1', '/split/run'],
    )
    const { tokenUrl } = document.components.securitySchemes.oauth2.flows.clientCredentials
    assert.equal(tokenUrl, '/split/run/api/v1/oauth2/token')
  })

  test('scripts of the named origins may call every endpoint, and read every header that it answers with', async () => {
    const { core, project } = running()
    const ask = (origin: string, path: string, method: string) =>
      send(
        path,
        {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'authorization, prefer',
        },
        'OPTIONS',
      )
    for (const { path, method, responseHeaders } of declareEndpoints(core.config)) {
      const preflight = await ask(APP, path, method.toUpperCase())
      assert.equal(preflight.status, 204)
      assert.equal(preflight.headers['access-control-allow-origin'], APP)
      assert.match(String(preflight.headers['access-control-allow-methods']), new RegExp(method, 'i'))
      assert.equal(preflight.headers['access-control-allow-headers'], 'authorization, prefer')
      const { headers } = await send(path, { origin: APP }, method.toUpperCase())
      const exposed = String(headers['access-control-expose-headers']).toLowerCase().split(',')
      const waiting = ['Location', 'Retry-After', 'x-should-retry', 'WWW-Authenticate', 'Allow']
      const read = [...Object.keys(responseHeaders?.shape ?? {}), ...waiting, 'X-Request-Id']
      for (const name of read) assert.ok(exposed.includes(name.toLowerCase()), `${path} ${name}`)
    }
    const foreign = await send(`${project}/task`, { origin: 'https://evil.example' })
    assert.deepEqual([foreign.status, foreign.headers['access-control-allow-origin']], [200, undefined])
    assert.equal(
      (await send(`${project}/task`, { origin: APP, authorization: 'Bearer no' })).headers[
        'access-control-allow-origin'
      ],
      APP,
    )
  })

  test('large answers are compressed for who can read that, and small ones, files and errors are not', async () => {
    const { project, createTask } = running()
    const large = await createTask({ system_prompt: 'word '.repeat(2000) })
    const small = await createTask()
    const accepting = { 'accept-encoding': 'gzip' }
    for (const path of [`${project}/task/${large}`, `${project}/task`, '/openapi.json', '/metrics']) {
      const compressed = await send(path, accepting)
      const plain = await send(path)
      assert.deepEqual(
        [compressed.headers['content-encoding'], plain.headers['content-encoding']],
        ['gzip', undefined],
        path,
      )
      assert.ok(compressed.bytes.length < plain.bytes.length / 2, path)
      assert.match(String(plain.headers['vary']), /Accept-Encoding/)
      if (path !== '/metrics') assert.deepEqual(gunzipSync(compressed.bytes), plain.bytes)
    }
    for (const path of [`${project}/task/${small}`, '/healthz', `${project}/nowhere`]) {
      assert.equal((await send(path, accepting)).headers['content-encoding'], undefined, path)
    }
  })

  test('an empty wait says nothing: the call waits as without it', async () => {
    const { createTask, call } = running()
    const task = await createTask()
    const { status, body } = await call('POST', `/task/${task}/run?wait=`, { task_input: { text: 'tea' } })
    assert.deepEqual([status, body.done], [200, true])
    assert.equal((await call('GET', `/task/${task}/run/${body.id}?wait=`)).status, 200)
  })
})

describe('without settings for that', () => {
  const running = useSystem()

  test('no origin is allowed, and OPTIONS is a method like any other', async () => {
    const { checkedUrl, project, token } = running()
    const headers = { authorization: `Bearer ${token}`, origin: APP }
    const read = await fetch(`${checkedUrl}${project}/task`, { headers })
    assert.deepEqual([read.status, read.headers.get('access-control-allow-origin')], [200, null])
    assert.equal((await fetch(`${checkedUrl}${project}/task`, { method: 'OPTIONS', headers })).status, 405)
  })
})

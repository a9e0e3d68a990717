import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import { taskLimits } from '../../src/compose/compose-core.ts'
import { readConfig } from '../../src/config.ts'
import { describeApi, type OpenApiDocument } from '../../src/http/openapi/openapi.ts'
import { openPort } from '../../src/http/port/open-port.ts'
import { createContract, SHOWING_LIMITS } from '../support/contract.ts'
import { startContractProxy, VIOLATION_HEADER } from '../support/contract-proxy.ts'
import { useSystem } from '../support/system.ts'

/** Without it, fetch asks for a fresh copy whatever it has. */
const REVALIDATE = { 'cache-control': 'max-age=0' }

describe('the OpenAPI document, served', () => {
  const running = useSystem()
  const read = (path: string, headers: Record<string, string> = {}) =>
    fetch(running().checkedUrl + path, { headers })

  test('is there on both mounts, without a token, and describes what is served', async () => {
    const expected = JSON.parse(JSON.stringify(describeApi(declareEndpoints(running().core.config))))
    for (const path of ['/openapi.json', '/api/v1/openapi.json']) {
      const answer = await read(path)
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert.deepEqual(await answer.json(), expected)
    }
  })

  test('is not sent again to whoever has it', async () => {
    const { headers } = await read('/openapi.json')
    const again = await read('/openapi.json', { 'if-none-match': headers.get('etag') ?? '', ...REVALIDATE })
    assert.deepEqual([again.status, await again.text()], [304, ''])
  })

  test('is what health answers by, too', async () => {
    for (const path of ['/healthz', '/readyz', '/api/v1/readyz']) assert.equal((await read(path)).status, 200)
    assert.equal((await fetch(`${running().checkedUrl}/healthz`, { method: 'POST' })).status, 405)
  })
})

describe('the contract of answers', () => {
  const document = describeApi(declareEndpoints(readConfig({})), { closed: true })
  const answer = {
    method: 'GET',
    url: '/api/v1/healthz?x=1',
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': '1' },
    body: Buffer.from('{"status":"ok"}'),
  }

  test('finds whatever an answer may get wrong', () => {
    const { check } = createContract(document)
    assert.deepEqual(check(answer), [])
    const { headers } = answer
    const wrong = {
      'status is not documented': { ...answer, status: 201 },
      'media type': { ...answer, headers: { ...headers, 'content-type': 'text/html' } },
      'is missing': { ...answer, headers: { 'content-type': 'application/json' } },
      'x-stray is not documented': { ...answer, headers: { ...headers, 'x-stray': '1' } },
      'equal to constant': { ...answer, body: Buffer.from('{"status":"fine"}') },
      'additional properties': { ...answer, body: Buffer.from('{"status":"ok","more":1}') },
      'no operation': { ...answer, url: '/nowhere' },
    }
    for (const [problem, each] of Object.entries(wrong)) {
      assert.match(check(each).join('\n'), new RegExp(problem), problem)
    }
  })

  test('is the same whatever limits tasks have, but for exported files', () => {
    const limits = ['WEIGHTS', 'PARAMETERS', 'OUTPUT_DEPTH', 'OUTPUT_KEYS', 'SCORES']
    const env = Object.fromEntries(limits.map((name) => [`SPLITRUN_${name}_MAX`, '3']))
    const config = readConfig({ ...env, SPLITRUN_TIMEOUT_MAX: '1h' })
    assert.ok(
      Object.values(taskLimits(config)).every((limit) => [3, 3600].includes(limit)),
      'all are changed',
    )
    const other = describeApi(declareEndpoints(config), { closed: true })
    const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { responses }]) => ({ path, method, responses })),
    )
    const differing = operations.filter(
      ({ path, method, responses }) =>
        !isDeepStrictEqual(
          resolved(document, responses),
          resolved(other, other.paths?.[path]?.[method as 'get']?.responses),
        ),
    )
    assert.deepEqual(
      differing.map(({ path }) => path),
      operations.map(({ path }) => path).filter((path) => SHOWING_LIMITS.test(path)),
    )
  })

  test('is held by a proxy that lets every byte through, and tells what it finds', async (t) => {
    const received: Buffer[] = []
    const server = createServer(async (request, response) => {
      for await (const part of request) received.push(part)
      response.writeHead(200, answer.headers).end('{"status":"fine"}')
    })
    const port = await openPort(server, '127.0.0.1', 0)
    const proxy = await startContractProxy(`http://127.0.0.1:${port}`, createContract(document))
    t.after(async () => {
      await proxy.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const bytes = Buffer.from([0, 255, 13, 10, 128, 34])
    const heard = await fetch(`${proxy.url}/healthz`, { method: 'POST', body: bytes })
    assert.deepEqual(Buffer.concat(received), bytes)
    assert.equal(
      heard.headers.get(VIOLATION_HEADER),
      encodeURIComponent('POST /healthz 200: no operation, and no error either'),
    )
    assert.equal(await heard.text(), '{"status":"fine"}')
    await fetch(`${proxy.url}/healthz`)
    assert.match(proxy.violations[1] ?? '', /equal to constant/)
  })
})

/** A part of a document, and all components that it refers to, however many lie between. */
function resolved(document: OpenApiDocument, part: unknown): [unknown, Map<string, unknown>] {
  const components = new Map<string, unknown>()
  const waiting = [part]
  while (waiting.length > 0) {
    for (const [, ref = ''] of JSON.stringify(waiting.pop() ?? null).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      if (components.has(ref)) continue
      const [, kind = '', name = ''] = ref.split('/')
      const found = (document.components as Record<string, Record<string, unknown>>)[kind]?.[name]
      components.set(ref, found)
      waiting.push(found)
    }
  }
  return [part, components]
}

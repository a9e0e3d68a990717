import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { declareEndpoints } from '../../src/compose/compose-api.ts'
import type { Endpoint } from '../../src/http/route.ts'
import { ADMIN_TOKEN, type System, useSystem } from '../support/system.ts'

const ABSENT = '00000000-0000-7000-8000-000000000000'

/** Every endpoint that wants a token, from the declarations that the server is made of. */
const endpointsOf = ({ core }: System): Endpoint[] =>
  declareEndpoints(core.config).filter(({ scope }) => scope !== 'open')

/** What an error says, in the shape of the endpoint: its reason, and the place of what is wrong. */
// biome-ignore lint/suspicious/noExplicitAny: an error of either shape
function toldBy({ door }: Endpoint, body: any) {
  if (!door) return { reason: body.detail.reason, places: body.detail }
  const { message, type, code, param, reason } = body.error
  assert.ok(message && type && code)
  return { reason, places: [{ loc: ['body', param], msg: message, type: code }] }
}

/** The path of an endpoint in the system's project, its other ids absent, or in the project of `ids`. */
function pathOf(declared: Endpoint, project: string, other = ABSENT): string {
  const [, , org = '', , id = ''] = project.split('/')
  return declared.path
    .replace(':org_id', org)
    .replace(':project_id', id)
    .replace(':name', 'x.jpeg')
    .replace(':seq', '1')
    .replaceAll(/:\w+/g, other)
}

describe('bad input, on every route', () => {
  const running = useSystem({ env: { SPLITRUN_BODY_LIMIT: '200kb', SPLITRUN_IMPORT_LIMIT: '100kb' } })

  /** Every route, on both mounts. */
  async function each(
    visit: (declared: Endpoint, url: (path: string) => string, token: string) => Promise<void>,
  ) {
    const system = running()
    for (const declared of endpointsOf(system)) {
      const isKeys = declared.scope === 'admin' || declared.scope === 'key:write'
      const token = isKeys ? ADMIN_TOKEN : system.token
      for (const mount of declared.door ? [''] : ['', '/api/v1'])
        await visit(declared, (path) => `${system.checkedUrl}${mount}${path}`, token)
    }
  }
  const ask = async (
    url: string,
    method: string,
    token: string | null,
    body?: string,
    type = 'application/json',
  ) => {
    const answer = await fetch(url, {
      method: method.toUpperCase(),
      headers: {
        accept: 'text/html',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, `${method} ${url}`)
    return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) }
  }

  test('without a token, or with an unknown one, the answer is 401 in both error shapes', () =>
    each(async (declared, url) => {
      for (const token of [null, 'unknown']) {
        const { status, headers, body } = await ask(
          url(pathOf(declared, running().project)),
          declared.method,
          token,
        )
        assert.equal(status, 401)
        assert.equal(headers.get('www-authenticate'), 'Bearer')
        assert.equal(body.error.code, declared.door ? 'invalid_api_key' : 401)
        assert.equal(toldBy(declared, body).reason, 'UNAUTHENTICATED')
      }
    }))

  test('a token without the scope is 403', async () => {
    const system = running()
    for (const declared of endpointsOf(system).filter(
      ({ scope }) => scope !== 'any' && scope !== 'project',
    )) {
      const token = await system.createToken([declared.scope === 'task:read' ? 'run:read' : 'task:read'])
      const { status, body } = await ask(
        system.checkedUrl + pathOf(declared, system.project),
        declared.method,
        token,
      )
      assert.equal(status, 403, declared.path)
      assert.equal(toldBy(declared, body).reason, 'PERMISSION_CHECK_FAILED')
    }
  })

  test('a foreign project and one that does not exist answer the same, byte for byte', async () => {
    const system = running()
    const foreign = await system.createProject()
    const absent = `/org/${ABSENT}/project/${ABSENT}`
    for (const declared of endpointsOf(system).filter((one) => one.path.includes(':project_id'))) {
      const answers = []
      for (const project of [foreign.project, absent]) {
        answers.push(await ask(system.checkedUrl + pathOf(declared, project), declared.method, system.token))
      }
      assert.deepEqual([answers[0]?.status, answers[0]?.text], [404, answers[1]?.text])
    }
  })

  test('an id that is no UUID is 400 MALFORMED_ID', () =>
    each(async (declared, url, token) => {
      if (!declared.path.includes('_id')) return
      const path = pathOf(declared, running().project).replace(/\/org\/[^/]+/, '/org/not-an-id')
      const { status, body } = await ask(url(path), declared.method, token)
      assert.deepEqual([status, body.detail.reason], [400, 'MALFORMED_ID'])
    }))

  test('a body that is no JSON is 400, one of the wrong type or shape 422 with a location', () =>
    each(async (declared, url, token) => {
      if (!declared.body) return
      const path = url(pathOf(declared, running().project))
      const broken = await ask(path, declared.method, token, '{"a":')
      assert.deepEqual([broken.status, toldBy(declared, broken.body).reason], [400, 'MALFORMED_JSON'])
      for (const body of [
        '[]',
        '"text"',
        '{"name": {}, "task_input": 7, "entities": 1, "projects": 1, "scores": 1}',
      ]) {
        const refused = await ask(path, declared.method, token, body)
        assert.equal(refused.status, declared.door ? 400 : 422, `${declared.path} ${body}`)
        for (const { loc, msg, type } of toldBy(declared, refused.body).places) {
          assert.equal(loc[0], 'body')
          assert.ok(msg && type)
        }
      }
      const strange = await ask(path, declared.method, token, '<a/>', 'application/xml')
      const { reason } = toldBy(declared, strange.body)
      assert.deepEqual([strange.status, reason], [415, 'UNSUPPORTED_MEDIA_TYPE'])
      const large = await ask(
        path,
        declared.method,
        token,
        `"${'x'.repeat(declared.bodyLimit ?? running().core.config.bodyLimit)}"`,
      )
      assert.deepEqual([large.status, toldBy(declared, large.body).reason], [413, 'BODY_TOO_LARGE'])
    }))

  test('a method that a path does not know is 405 with Allow; a path that is not there 404', () =>
    each(async (declared, url) => {
      const wrong = await ask(url(pathOf(declared, running().project)), 'PATCH', null)
      assert.equal(wrong.status, 405)
      assert.ok(wrong.headers.get('allow')?.includes(declared.method.toUpperCase()))
      const nowhere = await ask(
        `${url(pathOf(declared, running().project))}/nowhere/at/all`,
        declared.method,
        null,
      )
      assert.equal(nowhere.status, 404)
    }))

  test('so it is for the health of the process, which knows GET only', async () => {
    for (const path of ['/healthz', '/readyz', '/api/v1/healthz']) {
      const { status, headers } = await ask(running().url + path, 'POST', null, '{}')
      assert.deepEqual([status, headers.get('allow')], [405, 'GET'])
    }
  })

  test('nothing of all that left a task or a run behind', async () => {
    const system = running()
    assert.deepEqual((await system.call('GET', '/task')).body.results, [])
    assert.deepEqual((await system.call('GET', '/task_run')).body.results, [])
  })
})

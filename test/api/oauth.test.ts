import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJwt } from 'jose'
import { allKeys } from '../support/all-keys.ts'
import { basic, type Client, form, grant, oauthCalls } from '../support/oauth-calls.ts'
import { until, useSystem } from '../support/system.ts'

describe('OAuth clients', () => {
  const running = useSystem({ env: { SPLITRUN_GUESSES_MAX: '1000' } })
  const { admin, createClient, ask, tokenOf, statusWith } = oauthCalls(running)

  test('id and secret come by Basic or in the body, urlencoded, multipart or JSON, under both mounts', async () => {
    const client = await createClient()
    const inBody = { client_id: client.client_id, client_secret: client.client_secret }
    const type = { 'content-type': 'application/json' }
    const encoded = [client.client_id, client.client_secret].map((text) =>
      text.replaceAll(/[-_]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`),
    )
    const ways: Parameters<typeof ask>[] = [
      [grant(), basic(client)],
      [grant(), { authorization: `Basic ${btoa(encoded.join(':'))}` }],
      [grant(inBody)],
      [grant(inBody), basic(client)],
      [form({ grant_type: 'client_credentials' }), basic(client)],
      [form({ grant_type: 'client_credentials', ...inBody })],
      [JSON.stringify({ grant_type: 'client_credentials', ...inBody }), type],
      [JSON.stringify({ grant_type: 'client_credentials', ...inBody })],
    ]
    for (const [body, headers] of ways) {
      for (const mount of ['', '/api/v1']) {
        const answer = await ask(body, headers, mount)
        assert.equal(answer.status, 200, JSON.stringify(answer.body))
        assert.deepEqual(Object.keys(answer.body).sort(), [
          'access_token',
          'expires_in',
          'scope',
          'token_type',
        ])
        const { access_token, ...rest } = answer.body
        assert.deepEqual(rest, {
          token_type: 'bearer',
          expires_in: 3600,
          scope: 'task:read task:write run:read run:write',
        })
        assert.equal(access_token.split('.').length, 3)
        assert.equal(answer.headers.get('cache-control'), 'no-store')
        assert.equal(await statusWith(access_token), 200)
      }
    }
  })

  test('a token reaches the project of its client and no other, and says who it is', async () => {
    const client = await createClient({ name: 'reader', scopes: ['task:read', 'run:read'] })
    const token = await tokenOf(client, { scope: 'task:read', audience: 'https://api.example' })
    const { project } = await running().createProject()
    assert.equal(await statusWith(token), 200)
    assert.equal(await statusWith(token, '/task_run'), 403)
    assert.equal(await statusWith(token, `${project}/task`), 404)
    const [, , org_id, , project_id] = running().project.split('/')
    const whoami = await fetch(`${running().checkedUrl}/whoami`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { client: shown } = (await whoami.json()) as { client: object }
    assert.deepEqual(shown, {
      kind: 'oauth_client',
      id: client.id,
      name: 'reader',
      org_id,
      project_id,
      task_id: null,
      scopes: ['task:read'],
    })
    const claims = decodeJwt(token)
    assert.deepEqual(claims.aud, ['splitrun', 'https://api.example'])
    assert.deepEqual(claims['ext'], { org_id, project_id })
  })

  test('scopes are those of the client or fewer; others are invalid_scope', async () => {
    const client = await createClient({ scopes: ['run:write', 'run:read'] })
    const scope = async (asked: string) => (await ask(grant({ scope: asked }), basic(client))).body
    assert.equal((await scope('run:read')).scope, 'run:read')
    assert.equal((await scope('run:read run:write run:read')).scope, 'run:write run:read')
    assert.equal((await scope('')).scope, 'run:write run:read')
    for (const asked of ['task:read', 'run:read task:read', 'admin', 'admin unknown']) {
      assert.equal((await scope(asked)).error, 'invalid_scope', asked)
    }
  })

  test('words that are no scopes here are passed over, and the answer says what was granted', async () => {
    const client = await createClient({ scopes: ['run:write', 'run:read'] })
    for (const [asked, granted] of [
      ['offline_access', 'run:write run:read'],
      ['offline_access run:read', 'run:read'],
      ['openid RUN:READ run:readx offline', 'run:write run:read'],
    ] as const) {
      const { status, body } = await ask(grant({ scope: asked }), basic(client))
      assert.deepEqual([status, body.scope], [200, granted], asked)
      const headers = { authorization: `Bearer ${body.access_token}` }
      const whoami = await (await fetch(`${running().checkedUrl}/whoami`, { headers })).json()
      assert.deepEqual((whoami as { client: { scopes: string[] } }).client.scopes, granted.split(' '))
    }
  })

  test('errors are those of OAuth, with ours beside them', async () => {
    const client = await createClient()
    const wrong = { ...client, client_secret: 'sr_wrong' }
    const absent = { ...client, client_id: '00000000-0000-7000-8000-000000000000' }
    const cases: [Parameters<typeof ask>, number, string, string][] = [
      [[grant(), basic(wrong)], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant(), basic(absent)], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant(), { authorization: 'Basic !' }], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant(), { authorization: 'Bearer x' }], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant()], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant({ client_id: client.id })], 401, 'invalid_client', 'UNAUTHENTICATED'],
      [[grant({ client_id: absent.client_id }), basic(client)], 400, 'invalid_request', 'MALFORMED_REQUEST'],
      [[new URLSearchParams(), basic(client)], 400, 'invalid_request', 'MALFORMED_REQUEST'],
      [
        [new URLSearchParams({ grant_type: 'password' }), basic(client)],
        400,
        'unsupported_grant_type',
        'UNSUPPORTED_GRANT_TYPE',
      ],
      [[grant({ scope: 'über' }), basic(client)], 400, 'invalid_request', 'MALFORMED_REQUEST'],
      [['{"grant_type":', { 'content-type': 'application/json' }], 400, 'invalid_request', 'MALFORMED_JSON'],
      [['[]', { 'content-type': 'application/json' }], 400, 'invalid_request', 'MALFORMED_REQUEST'],
      [['<a/>', { 'content-type': 'text/xml' }], 415, 'invalid_request', 'UNSUPPORTED_MEDIA_TYPE'],
      [[grant({ scope: 'x'.repeat(1_000_001) })], 413, 'invalid_request', 'BODY_TOO_LARGE'],
    ]
    for (const [asked, status, error, reason] of cases) {
      const answer = await ask(...asked)
      assert.deepEqual(
        [answer.status, answer.body.error, answer.body.detail.reason],
        [status, error, reason],
        JSON.stringify(answer.body),
      )
      assert.equal(answer.body.error_description, answer.body.detail.message)
      assert.match(answer.body.error_description, /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
      assert.equal(answer.headers.get('cache-control'), 'no-store')
      const challenge = answer.headers.get('www-authenticate')
      assert.ok(status === 401 ? challenge?.startsWith('Basic ') : challenge === null)
    }
    const method = await fetch(`${running().checkedUrl}/oauth2/token`)
    assert.equal(method.status, 405)
  })

  test('a wrong secret and an unknown client answer the same, byte for byte', async () => {
    const client = await createClient()
    const texts = [client.client_id, '00000000-0000-7000-8000-000000000000', 'no-uuid', ''].map(
      async (client_id) => JSON.stringify((await ask(grant({ client_id, client_secret: 'sr_wrong' }))).body),
    )
    assert.equal(new Set(await Promise.all(texts)).size, 1)
  })

  test('a new secret, a revocation and a deletion of a client end its tokens and its secret', async () => {
    const endings: ((client: Client) => Promise<unknown>)[] = [
      async ({ id }) => {
        const rotated = (await admin('POST', `/oauth_client/${id}/rotate`)).body
        assert.equal(await statusWith(await tokenOf(rotated)), 200)
      },
      async ({ id }) => {
        assert.equal((await admin('POST', `/oauth_client/${id}/revoke`)).body.revoked, true)
        const { status, body } = await admin('POST', `/oauth_client/${id}/rotate`)
        assert.deepEqual([status, body.detail.reason], [409, 'CREDENTIAL_REVOKED'])
      },
      async ({ id }) => assert.equal((await admin('DELETE', `/oauth_client/${id}`)).body.id, id),
    ]
    for (const end of endings) {
      const client = await createClient()
      const token = await tokenOf(client)
      assert.equal(await statusWith(token), 200)
      await end(client)
      await until(async () => (await statusWith(token)) === 401)
      await until(async () => (await ask(grant(), basic(client))).status === 401)
    }
  })

  test('a token does not outlive its client, and an expired client gets none', async () => {
    const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString()
    const expires = minutes(10)
    const client = await createClient({ expires })
    const { access_token, expires_in } = (await ask(grant(), basic(client))).body
    assert.ok(expires_in > 0 && expires_in <= 600, `${expires_in}`)
    assert.ok((decodeJwt(access_token).exp ?? 0) * 1000 <= Date.parse(expires) + 1000)
    const expired = await createClient({ expires: minutes(-1) })
    assert.equal((await ask(grant(), basic(expired))).body.error, 'invalid_client')
  })

  test('the administrator lists clients without secrets; ids are unique over all projects', async () => {
    const id = crypto.randomUUID()
    const made = await createClient({ id: id.toUpperCase(), scopes: ['run:write', 'run:write'] })
    assert.deepEqual([made.id, made.client_id], [id, id])
    const listed = (await admin('GET', '/oauth_client')).body
    const [org_id, project_id] = running()
      .project.split('/')
      .filter((part) => part.length === 36)
    const { client_secret: _, ...shown } = made
    assert.deepEqual(
      listed.find((each: Client) => each.id === id),
      shown,
    )
    assert.deepEqual(
      { ...shown, created: null },
      {
        ...{ id, client_id: id, org_id, project_id, name: 'ci', scopes: ['run:write'] },
        ...{ created: null, expires: null, revoked: false },
      },
    )
    const { project } = await running().createProject()
    for (const where of [running().project, project]) {
      const { status, body } = await admin('POST', `${where}/oauth_client`, { name: 'twin', id })
      assert.deepEqual([status, body.detail.reason], [409, 'ID_CONFLICT'])
    }
    assert.deepEqual((await admin('GET', `${project}/oauth_client`)).body, [])
    for (const call of ['rotate', 'revoke']) {
      assert.equal((await admin('POST', `${project}/oauth_client/${id}/${call}`)).status, 404)
    }
    assert.equal((await admin('DELETE', `${project}/oauth_client/${id}`)).status, 404)
    assert.equal(await statusWith(await tokenOf(made), '/task_run'), 403)
    assert.equal((await running().call('GET', '/oauth_client')).status, 403)
  })

  test('neither secrets nor tokens are stored', async () => {
    const client = await createClient()
    const token = await tokenOf(client)
    assert.equal(await statusWith(token), 200)
    const { redis } = running().core
    for (const key of await allKeys(redis)) {
      const kind = await redis.type(key)
      const held = kind === 'hash' ? await redis.hvals(key) : kind === 'string' ? [await redis.get(key)] : []
      const text = `${key} ${held.join(' ')}`
      assert.ok(!text.includes(client.client_secret) && !text.includes(token), key)
    }
  })
})

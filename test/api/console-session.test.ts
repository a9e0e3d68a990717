import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OWN_PAGE, OWN_WRITE, type SessionCookie, signIn } from '../support/console/session.ts'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

const SETTINGS = { SPLITRUN_CORS_ORIGINS: 'https://friend.example', SPLITRUN_TRUST_PROXY: '1' }

describe('a session of the console', () => {
  const running = useSystem({ env: SETTINGS })

  /** A call with a session's cookie. */
  function call(session: Pick<SessionCookie, 'cookie'>, headers = {}, path = '', method = 'GET') {
    const { checkedUrl, project } = running()
    const where = path.startsWith('/console') ? path : `/api/v1${project}/task${path}`
    return fetch(checkedUrl + where, { method, headers: { cookie: session.cookie, ...headers } })
  }
  const status = async (...given: Parameters<typeof call>) => (await call(...given)).status
  const ends = (session: SessionCookie) => until(async () => (await status(session, OWN_PAGE)) === 401)

  test('is got for a key or the administrator’s token, and is a cookie that no script reads', async () => {
    for (const key of [running().token, ADMIN_TOKEN]) {
      const session = await signIn(running(), key)
      assert.equal(session.status, 200)
      assert.equal(session.body.client.kind, key === ADMIN_TOKEN ? 'admin' : 'api_key')
      for (const word of ['HttpOnly', 'SameSite=Strict', 'Path=/'])
        assert.ok(session.attributes.includes(word), word)
      assert.ok(!session.attributes.includes('Secure'), 'over plain HTTP it would never be sent')
      assert.ok(!session.cookie.includes(key), 'the key itself stands nowhere in it')
      const hours = (Date.parse(session.body.expires) - Date.now()) / 3_600_000
      assert.ok(hours > 11.9 && hours <= 12, String(hours))
      assert.equal(await status(session, OWN_PAGE), 200)
      const who = await call(session, OWN_PAGE, '/console/session')
      assert.deepEqual(await who.json(), session.body)
    }
  })

  test('has a cookie for TLS only where the browser came by TLS', async () => {
    const { attributes } = await signIn(running(), ADMIN_TOKEN, {
      ...OWN_WRITE,
      'x-forwarded-proto': 'https',
    })
    assert.ok(attributes.includes('Secure'))
  })

  test('is got for nothing else', async () => {
    const { call: ask, createTask, createToken, project } = running()
    const task = await createTask()
    const admin = { token: ADMIN_TOKEN }
    const { body: client } = await ask('POST', '/oauth_client', { name: 'client' }, admin)
    const oauth = await fetch(`${running().checkedUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        ...{ grant_type: 'client_credentials', client_id: client.client_id },
        client_secret: client.client_secret,
      }),
    })
    const { access_token } = (await oauth.json()) as { access_token: string }
    const { body: shown } = await ask('GET', `/task/${task}`, undefined, {
      token: await createToken(['task:write', 'task:read']),
    })
    const session = await signIn(running())
    const ofCookie = session.cookie.split('=')[1] ?? ''
    const others = {
      'a token of a task': shown.access_token,
      access_token,
      ofCookie,
      nobody: 'sr_x',
      secret: client.client_secret,
    }
    for (const [what, key] of Object.entries(others)) {
      assert.equal(typeof key, 'string', what)
      assert.equal((await signIn(running(), key)).status, 401, what)
      assert.equal((await signIn(running(), key)).cookie, '', what)
      if (what === 'ofCookie') continue
      // Nor is one taken for a session when it stands in the cookie.
      const forged = { cookie: `${session.cookie.split('=')[0]}=${key}` }
      assert.equal(await status(forged, OWN_PAGE), 401, what)
    }
    const bearer = await fetch(`${running().checkedUrl}/api/v1${project}/task`, {
      headers: { authorization: `Bearer ${ofCookie}` },
    })
    assert.equal(bearer.status, 401, 'and a session is no bearer token')
  })

  test('counts only in calls that the console’s own page makes', async () => {
    const session = await signIn(running())
    const { host } = new URL(running().checkedUrl)
    const own = { origin: `http://${host}` }
    const elsewhere = { origin: 'https://evil.example' }
    const friend = { origin: 'https://friend.example' }
    const marked = { 'x-splitrun-console': '1' }
    const refusals: Record<string, string>[] = [
      {},
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', ...marked },
      { 'sec-fetch-site': 'same-site', ...own, ...marked },
      elsewhere,
      { ...elsewhere, ...marked },
      { ...friend, ...marked },
      { origin: 'null', ...marked },
    ]
    for (const headers of refusals) {
      assert.equal(await status(session, headers), 401, JSON.stringify(headers))
      assert.equal(await status(session, { ...headers, 'content-type': 'application/json' }, '', 'POST'), 401)
    }
    for (const headers of [OWN_PAGE, { ...OWN_PAGE, ...marked }, marked, { ...own, ...marked }]) {
      assert.equal(await status(session, headers), 200, JSON.stringify(headers))
    }
    // Writes: never without the header. With it, this body is what is wrong.
    assert.equal(await status(session, OWN_PAGE, '', 'POST'), 401)
    assert.equal(await status(session, own, '', 'POST'), 401)
    assert.equal(await status(session, OWN_WRITE, '', 'POST'), 422)
    assert.equal(await status(session, { ...own, ...marked }, '', 'POST'), 422)
  })

  test('is not asked for where a token is shown, valid or not', async () => {
    const session = await signIn(running())
    for (const authorization of [
      'Bearer nonsense',
      'Basic eDp5',
      '',
      `Bearer ${await running().createToken(['run:read'])}`,
    ]) {
      const answer = await call(session, { ...OWN_WRITE, authorization })
      assert.equal(answer.status, authorization.length > 20 ? 403 : 401, authorization)
    }
  })

  test('cannot be opened by a page of another origin', async () => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const answer = await signIn(running(), ADMIN_TOKEN, headers)
      assert.deepEqual([answer.status, answer.cookie], [401, ''])
    }
    assert.equal((await signIn(running(), ADMIN_TOKEN, {})).status, 200, 'programs say nothing of origins')
  })

  test('may what its key may, in the key’s project only', async () => {
    const session = await signIn(running(), await running().createToken(['task:read']))
    assert.deepEqual(session.body.client.scopes, ['task:read'])
    assert.equal(await status(session, OWN_PAGE), 200)
    assert.equal(await status(session, OWN_WRITE, '', 'POST'), 403)
    const { project } = await running().createProject()
    const other = await fetch(`${running().checkedUrl}/api/v1${project}/task`, {
      headers: { cookie: session.cookie, ...OWN_PAGE },
    })
    assert.equal(other.status, 404)
  })

  test('dies with its key: revoked, deleted, rotated, expired', async () => {
    const admin = { token: ADMIN_TOKEN }
    const deeds: Record<string, (id: string) => Promise<unknown>> = {
      revoked: (id) => running().call('POST', `/api_key/${id}/revoke`, undefined, admin),
      deleted: (id) => running().call('DELETE', `/api_key/${id}`, undefined, admin),
      rotated: (id) => running().call('POST', `/api_key/${id}/rotate`, undefined, admin),
    }
    for (const [word, deed] of Object.entries(deeds)) {
      const { body } = await running().call('POST', '/api_key', { name: word }, admin)
      const session = await signIn(running(), body.token)
      assert.equal(await status(session, OWN_PAGE), 200, word)
      await deed(body.id)
      await ends(session)
    }
    let session: SessionCookie | undefined
    let expires = ''
    // On a busy machine a key may be over before somebody signs in with it: then the next one lasts longer.
    for (let lasts = 1500; session?.status !== 200; lasts *= 2) {
      expires = new Date(Date.now() + lasts).toISOString()
      const { body } = await running().call('POST', '/api_key', { name: `short ${lasts}`, expires }, admin)
      session = await signIn(running(), body.token ?? '')
    }
    assert.ok(Date.parse(session.body.expires) <= Date.parse(expires) + 1000)
    await ends(session)
  })

  test('ends when it is signed out, for every copy of its cookie, and no other does', async () => {
    const [one, other] = [await signIn(running()), await signIn(running())]
    assert.equal(
      (await call(one, OWN_PAGE, '/console/session', 'DELETE')).status,
      401,
      'a write needs the header',
    )
    const answer = await call(one, OWN_WRITE, '/console/session', 'DELETE')
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('set-cookie') ?? '', /^splitrun_session_\w+=; .*Expires=Thu, 01 Jan 1970/)
    await ends(one)
    assert.equal(await status(other, OWN_PAGE), 200)
  })

  test('is not forged: a token that was changed, or that another server signed, is nobody’s', async () => {
    const session = await signIn(running())
    const [name = '', token = ''] = session.cookie.split('=')
    const [head = '', body = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const unsigned = `${encode({ alg: 'none', typ: 'session+jwt' })}.${body}.`
    const later = `${head}.${encode({ ...claims, exp: claims.exp + 1 })}.${signature}`
    const cut = `${head}.${body}.${signature.slice(0, -2)}`
    for (const forged of [unsigned, later, cut, '', 'x', `${token}.x`, head]) {
      assert.equal(await status({ cookie: `${name}=${forged}` }, OWN_PAGE), 401, forged)
    }
    assert.equal(await status({ cookie: `other=1; ${session.cookie}; more=2` }, OWN_PAGE), 200)
  })

  test('says nothing of the administrator’s token that it could be guessed from', async () => {
    const { cookie } = await signIn(running())
    const claims = Buffer.from(cookie.split('.')[1] ?? '', 'base64url').toString()
    const { createHash } = await import('node:crypto')
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      assert.ok(!claims.includes(createHash('sha256').update(ADMIN_TOKEN).digest(form)))
    }
  })
})

describe('a session of the console that may last a second', () => {
  const running = useSystem({ env: { SPLITRUN_CONSOLE_SESSION: '1s' } })

  test('ends by itself', async () => {
    const session = await signIn(running())
    const read = () =>
      fetch(`${running().checkedUrl}/console/session`, { headers: { cookie: session.cookie, ...OWN_PAGE } })
    await until(async () => (await read()).status === 401)
  })
})

import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { decodeJwt, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { useSystem } from '../support/system.ts'

const KEY = 'the key that this test signs with'

describe('tokens that are no tokens', () => {
  const running = useSystem({ env: { SPLITRUN_TOKEN_SECRET: KEY } })

  /** Sends the header as it is, which fetch would not always do. */
  function whoami(authorization: string): Promise<{ status: number | undefined; body: string }> {
    return new Promise((resolve, reject) => {
      const sent = request(`${running().checkedUrl}/whoami`, { headers: { authorization } })
      sent.on('error', reject)
      sent.on('response', async (answer) => {
        let body = ''
        for await (const part of answer) body += part
        resolve({ status: answer.statusCode, body })
      })
      sent.end()
    })
  }

  const sign = (claims: JWTPayload, options: { alg?: string; typ?: string; key?: string } = {}) => {
    const { alg = 'HS256', typ = 'task+jwt', key = KEY } = options
    return new SignJWT(claims).setProtectedHeader({ alg, typ }).sign(createSecretKey(key, 'utf8'))
  }

  test('each is answered 401 in both error shapes, never 500', async () => {
    const task = await running().createTask()
    const real: string = (await running().call('GET', `/task/${task}`)).body.access_token
    const claims = decodeJwt(real)
    assert.equal((await whoami(`Bearer ${await sign(claims)}`)).status, 200)

    const [head = '', payload = '', signature = ''] = real.split('.')
    const now = Math.floor(Date.now() / 1000)
    const ext = claims['ext'] as object
    const tokens = [
      new UnsecuredJWT(claims).encode(),
      `${Buffer.from('{"alg":"none","typ":"task+jwt"}').toString('base64url')}.${payload}.`,
      `${head}.${payload}.`,
      `${head}.${payload}`,
      `${head}..${signature}`,
      `.${payload}.${signature}`,
      `${real}.`,
      `${real}x`,
      `x${real}`,
      `${head}.${Buffer.from(JSON.stringify({ ...claims, sub: crypto.randomUUID() })).toString('base64url')}.${signature}`,
      '...',
      '.',
      'a.b.c',
      `${'x'.repeat(5000)}.${'y'.repeat(4000)}.${'z'.repeat(1000)}`,
      'x'.repeat(10_000),
      `sr_${'x'.repeat(43)}`,
      '%00.%00.%00',
      '{"alg":"HS256"}.{}.x',
      await sign(claims, { key: 'another key that nobody here signs with' }),
      await sign(claims, { alg: 'HS512', key: KEY.repeat(2) }),
      await sign(claims, { typ: 'at+jwt' }),
      await sign(claims, { typ: 'JWT' }),
      await sign({ ...claims, exp: now - 1 }),
      await sign({ ...claims, nbf: now + 3600 }),
      await sign({ ...claims, iss: 'somebody-else' }),
      await sign({ ...claims, jti: crypto.randomUUID() }),
      await sign({ ...claims, sub: crypto.randomUUID(), jti: crypto.randomUUID() }),
      await sign({ ...claims, sub: 'no-uuid', jti: 'no-uuid' }),
      await sign({ ...claims, ext: { ...ext, project_id: crypto.randomUUID() } }),
      await sign({ ...claims, ext: { ...ext, org_id: crypto.randomUUID() } }),
      await sign({ ...claims, ext: null }),
      await sign({}),
      await sign({ ...claims, scope: 'admin', secret_id: 'x' }, { typ: 'at+jwt' }),
      await sign(
        { ...claims, sub: crypto.randomUUID(), scope: 'task:read', secret_id: '' },
        { typ: 'at+jwt' },
      ),
    ]
    for (const token of tokens) {
      const { status, body } = await whoami(`Bearer ${token}`)
      assert.equal(status, 401, token)
      assert.equal(JSON.parse(body).error.code, 401)
      assert.equal(JSON.parse(body).detail.reason, 'UNAUTHENTICATED')
      assert.ok(token.length < 3 || !body.includes(token), 'an error does not repeat the token')
    }
    for (const header of ['', 'Bearer', 'Bearer ', `Bearer  `, real, `Basic ${real}`, `Bearer ${real} x`]) {
      assert.equal((await whoami(header)).status, 401, header)
    }
    assert.equal((await whoami(`bearer ${real}`)).status, 200)
  })
})

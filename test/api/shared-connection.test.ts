import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from 'undici'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('a connection that several callers share, as behind a proxy', () => {
  const running = useSystem()

  interface Key {
    id: string
    token: string
  }
  const createKey = async (name: string): Promise<Key> =>
    (await running().call('POST', '/api_key', { name }, { token: ADMIN_TOKEN })).body

  test('answers each request as its own token says, in whatever order tokens come', async (t) => {
    const client = new Client(running().url, { pipelining: 1 })
    t.after(() => client.close())
    const asked = async (headers: Record<string, string>): Promise<[number, string | undefined]> => {
      const { statusCode, body } = await client.request({ method: 'GET', path: '/whoami', headers })
      const { client: caller } = (await body.json()) as { client?: { name: string; kind: string } }
      return [statusCode, caller?.kind === 'admin' ? 'admin' : caller?.name]
    }
    const as = (token: string) => asked({ authorization: `Bearer ${token}` })
    const [one, two] = [await createKey('one'), await createKey('two')]
    for (const _ of [1, 2]) {
      assert.deepEqual(await as(one.token), [200, 'one'])
      assert.deepEqual(await as(one.token), [200, 'one'])
      assert.deepEqual(await as(two.token), [200, 'two'])
      assert.deepEqual(await asked({}), [401, undefined])
      assert.deepEqual(await as(`${one.token}x`), [401, undefined])
      assert.deepEqual(await as(ADMIN_TOKEN), [200, 'admin'])
      assert.deepEqual(await as(ADMIN_TOKEN), [200, 'admin'])
      assert.deepEqual(await as(one.token), [200, 'one'])
    }
    const gone = await running().call('DELETE', `/api_key/${one.id}`, undefined, { token: ADMIN_TOKEN })
    assert.equal(gone.status, 200)
    await until(async () => (await as(one.token))[0] === 401)
    assert.deepEqual(await as(two.token), [200, 'two'])
  })
})

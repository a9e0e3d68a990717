import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startApiProcess } from '../support/processes.ts'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('what one API process ends', () => {
  const running = useSystem()
  const admin = async (path: string) =>
    (await running().call('POST', path, { name: 'ci' }, { token: ADMIN_TOKEN })).body

  test('ends in another as well, which had used it a moment before', async (t) => {
    const system = running()
    const other = await startApiProcess(t, system)
    const statusThere = async (token: string) =>
      (await fetch(`${other.url}/whoami`, { headers: { authorization: `Bearer ${token}` } })).status

    const key = await admin('/api_key')
    const clients = [await admin('/oauth_client'), await admin('/oauth_client')]
    const tokens = clients.map(async ({ client_id, client_secret }) => {
      const form = { grant_type: 'client_credentials', client_id, client_secret }
      const body = new URLSearchParams(form)
      // A token that one process signs is good for all: the key to sign with is theirs together.
      const answer = await fetch(`${other.url}/oauth2/token`, { method: 'POST', body })
      return ((await answer.json()) as { access_token: string }).access_token
    })
    const [revoked = '', rotated = ''] = await Promise.all(tokens)
    const task = await system.createTask()
    const taskToken = (await system.call('GET', `/task/${task}`)).body.access_token

    const endings: [string, string][] = [
      [key.token, `/api_key/${key.id}/revoke`],
      [revoked, `/oauth_client/${clients[0].id}/revoke`],
      [rotated, `/oauth_client/${clients[1].id}/rotate`],
      [taskToken, `/task/${task}/access_token/rotate`],
    ]
    for (const [token, path] of endings) {
      assert.equal(await statusThere(token), 200, path)
      const { status } = await system.call('POST', path, undefined, { token: ADMIN_TOKEN })
      assert.equal(status, 200, path)
      await until(async () => (await statusThere(token)) === 401)
    }
  })
})

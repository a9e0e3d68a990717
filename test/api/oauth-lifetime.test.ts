import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_TOKEN, until, useSystem } from '../support/system.ts'

describe('the lifetime of access tokens', () => {
  const running = useSystem({ env: { SPLITRUN_ACCESS_TOKEN_LIFETIME: '2s' } })

  test('is a setting, and over when it says', async () => {
    const { body: client } = await running().call(
      'POST',
      '/oauth_client',
      { name: 'ci' },
      { token: ADMIN_TOKEN },
    )
    const { client_id, client_secret } = client
    const answer = await fetch(`${running().checkedUrl}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
    })
    const { access_token: token, expires_in } = (await answer.json()) as Record<string, string | number>
    assert.equal(expires_in, 2)
    const status = async () =>
      (await running().call('GET', '/task', undefined, { token: String(token) })).status
    await until(async () => (await status()) === 401)
  })
})

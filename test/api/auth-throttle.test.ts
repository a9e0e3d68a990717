import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ADMIN_TOKEN, type Answer, type SystemOptions, useSystem } from '../support/system.ts'

const LIMITS = { SPLITRUN_GUESSES_MAX: '3', SPLITRUN_GUESS_PAUSE: '1h', SPLITRUN_GUESS_PAUSE_MAX: '1h' }

function useTokenEndpoint(options: SystemOptions) {
  const running = useSystem(options)
  return {
    async createClient(): Promise<{ client_id: string; client_secret: string }> {
      const options = { token: ADMIN_TOKEN }
      return (await running().call('POST', '/oauth_client', { name: 'ci' }, options)).body
    },
    async ask(client_id: string, client_secret: string, from: string): Promise<Answer> {
      const answer = await fetch(`${running().checkedUrl}/oauth2/token`, {
        method: 'POST',
        headers: { 'x-forwarded-for': from },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }),
      })
      return { status: answer.status, headers: answer.headers, body: await answer.json() }
    },
  }
}

describe('wrong client secrets', () => {
  const { createClient, ask } = useTokenEndpoint({ env: { ...LIMITS, SPLITRUN_TRUST_PROXY: '1' } })

  test('after some of them an address has to wait for that client, and nobody else has', async () => {
    const { client_id, client_secret } = await createClient()
    for (let guess = 0; guess < 3; guess += 1) {
      assert.equal((await ask(client_id, 'sr_wrong', '192.0.2.1')).status, 401)
    }
    for (const secret of ['sr_wrong', client_secret]) {
      // What a caller says of its own address, before what the proxy adds, is not believed.
      for (const from of ['192.0.2.1', '198.51.100.9, 192.0.2.1']) {
        const { status, headers, body } = await ask(client_id, secret, from)
        assert.deepEqual([status, body.error], [429, 'temporarily_unavailable'])
        assert.equal(body.detail.reason, 'TOO_MANY_REQUESTS')
        const wait = Number(headers.get('retry-after'))
        assert.ok(wait > 3500 && wait <= 3600, `${wait}`)
      }
    }
    assert.equal((await ask(client_id, client_secret, '192.0.2.2')).status, 200)
    const other = await createClient()
    assert.equal((await ask(other.client_id, other.client_secret, '192.0.2.1')).status, 200)
  })

  test('of many at once no more are tried than one after another', async () => {
    const { client_id, client_secret } = await createClient()
    const secrets = Array.from({ length: 60 }, (_, at) => `sr_wrong${at}`)
    const answers = await Promise.all(secrets.map((secret) => ask(client_id, secret, '192.0.2.4')))
    const tried = answers.filter(({ status }) => status !== 429)
    assert.equal(tried.length, 3)
    // Right ones are no guesses, however many come at once.
    const right = await Promise.all(secrets.map(() => ask(client_id, client_secret, '192.0.2.5')))
    assert.ok(right.every(({ status }) => status === 200))
  })

  test('wrong ones below the limit cost nothing once the right secret came', async () => {
    const { client_id, client_secret } = await createClient()
    for (let round = 0; round < 3; round += 1) {
      for (let guess = 0; guess < 2; guess += 1) await ask(client_id, 'sr_wrong', '192.0.2.3')
      assert.equal((await ask(client_id, client_secret, '192.0.2.3')).status, 200)
    }
  })
})

describe('wrong client secrets without a proxy in front', () => {
  const { createClient, ask } = useTokenEndpoint({ env: LIMITS })

  test('what a caller says of its own address is not believed', async () => {
    const { client_id } = await createClient()
    const statuses = []
    for (let guess = 1; guess <= 4; guess += 1) {
      statuses.push((await ask(client_id, 'sr_wrong', `192.0.2.${guess}`)).status)
    }
    assert.deepEqual(statuses, [401, 401, 401, 429])
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelError } from '../../../../src/models/model.ts'
import { askPeer, chatPeer } from '../../../support/chat-peer.ts'

test('what says that it failed in place of a recording is read as what it says', async (t) => {
  for (const [code, kind] of [
    ['invalid_api_key', 'authentication'],
    ['rate_limit_exceeded', 'rate_limited'],
  ]) {
    const peer = await chatPeer(t, (_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: 'no', code } })),
    )
    await assert.rejects(
      askPeer(t, peer.baseUrl)({ model: { api: 'speech' } }),
      (error) => error instanceof ModelError && error.kind === kind,
    )
  }
})

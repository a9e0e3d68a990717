import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ModelError } from '../../../../src/models/model.ts'
import { askPeer, chatPeer, chunk } from '../../../support/chat-peer.ts'

const WORDS = Array.from({ length: 40 }, (_, at) => `wörd${at} `)
const DONE = 'data: [DONE]\n\n'

/** Says words as a quick model does, so that connections rest between them; then what a test says. */
const quickly =
  (end: (response: ServerResponse) => unknown) => async (_: unknown, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const content of WORDS) {
      response.write(chunk({ content }))
      await pause(3)
    }
    end(response)
  }

function listener() {
  const deltas: string[] = []
  return { deltas, onText: (delta: string) => void deltas.push(delta) }
}

test('a quick answer that is heard at a pace is whole', async (t) => {
  const peer = await chatPeer(
    t,
    quickly((response) => response.end(chunk({ content: 'end' }) + chunk({}, 'stop') + DONE)),
  )
  const ask = askPeer(t, peer.baseUrl)
  for (const paceMs of [1, 48, 150]) {
    const { deltas, onText } = listener()
    const { text, finishReason } = await ask({ onText, paceMs })
    assert.deepEqual([text, finishReason], [`${WORDS.join('')}end`, 'stop'])
    assert.equal(deltas.join(''), text)
  }
})

test('a connection that breaks while it rests leaves what had come', async (t) => {
  const peer = await chatPeer(
    t,
    quickly((response) => response.destroy()),
  )
  const { deltas, onText } = listener()
  const failure = await askPeer(t, peer.baseUrl)({ onText, paceMs: 48 }).catch((error: unknown) => error)
  assert.ok(failure instanceof ModelError)
  assert.equal(failure.kind, 'connection')
  assert.equal(failure.partial, deltas.join(''))
  assert.ok(WORDS.join('').startsWith(deltas.join('')))
})

test('a call that is broken off while its connection rests ends at once, and closes it', async (t) => {
  const closed = Promise.withResolvers<void>()
  const peer = await chatPeer(t, async (seen, response) => {
    response.on('close', closed.resolve)
    await quickly(() => {})(seen, response)
  })
  const stopping = new AbortController()
  const call = askPeer(
    t,
    peer.baseUrl,
  )({
    // The connection rests for a minute, and has time for that.
    ...{ paceMs: 60_000, server: { timeoutMs: 1_000_000 } },
    signal: stopping.signal,
    onText: () => setTimeout(() => stopping.abort(), 20),
  })
  await assert.rejects(call)
  await closed.promise
})

test('near its time-out all is read as it comes', async (t) => {
  const peer = await chatPeer(
    t,
    quickly((response) => response.end(chunk({}, 'stop') + DONE)),
  )
  // With a pace that is longer than the time that there is, nothing may rest.
  const { text } = await askPeer(t, peer.baseUrl)({ ...listener(), paceMs: 60_000 })
  assert.equal(text, WORDS.join(''))
})

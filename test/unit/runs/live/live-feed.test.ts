import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveFeed } from '../../../../src/runs/live/live-feed.ts'
import type { RunRecord } from '../../../../src/runs/run.ts'
import type { Attached, LiveHead } from '../../../../src/runs/store/live-texts.ts'

const head: LiveHead = { epoch: '1-1', reason: 'lost', model: 'm' }
const TEXT = '{"a": "tea"}'
const record = (status: string, response?: unknown) =>
  ({ request: { id: 'r' }, status, attempts: [], result: { response } }) as unknown as RunRecord

/** A feed that has heard of the first word, while Redis has the whole text. */
async function feedThatMissed() {
  const asked: number[] = []
  const feed = new LiveFeed(record('running'), {
    get: async () => record('running'),
    async attach({ offset }): Promise<Attached> {
      asked.push(offset)
      return {
        status: 'running',
        size: offset === 0 ? 6 : TEXT.length,
        piece: { head, offset, text: TEXT.slice(offset) },
      }
    },
    onTrouble: (error) => assert.fail(String(error)),
  })
  feed.receive({ head, offset: 0, end: 6, text: TEXT.slice(0, 6) })
  assert.equal(feed.read({ epoch: '1-1', offset: 6 }), null)
  return { feed, asked }
}

test('when the end is known before the last piece is, the rest of a JSON answer is read from Redis', async () => {
  const { feed, asked } = await feedThatMissed()
  feed.finish(record('succeeded', { a: 'tea' }))
  const at = { epoch: '1-1', offset: 6 }
  assert.equal(feed.read(at), 'unknown')
  assert.equal((await feed.attach(at))?.text, TEXT.slice(6))
  assert.deepEqual(asked, [6])
  // And only once, however many watch.
  assert.equal(feed.read({ epoch: '1-1', offset: TEXT.length }), null)
})

test('of an answer that is a text the response itself has the rest, and Redis is not asked', async () => {
  const { feed } = await feedThatMissed()
  feed.finish(record('succeeded', TEXT))
  assert.equal(feed.read({ epoch: '1-1', offset: 6 }), null)
})

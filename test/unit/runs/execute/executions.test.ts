import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRunsInHand } from '../../../../src/runs/execute/executions.ts'

const NEVER = new AbortController().signal
const FAR = Date.now() + 1e15
const reasonOf = async (signal: AbortSignal): Promise<unknown> => (signal.aborted ? signal.reason : null)

test('a run whose cancellation is heard of before it is held is broken off as soon as it is', async () => {
  const inHand = createRunsInHand()
  inHand.cancel('a-run')
  assert.equal(await inHand.hold('a-run', FAR, NEVER, reasonOf), 'cancelled')
  assert.equal(await inHand.hold('another-run', FAR, NEVER, reasonOf), null)
})

test('a run that is cancelled, or stopped, while it is held is broken off at once, and no other one', async () => {
  const inHand = createRunsInHand()
  const stopping = new AbortController()
  const reasons = Promise.all(
    ['one', 'two', 'three'].map((id) =>
      inHand.hold(id, FAR, id === 'two' ? stopping.signal : NEVER, async (signal) => {
        await Promise.resolve()
        return reasonOf(signal)
      }),
    ),
  )
  inHand.cancel('one')
  stopping.abort()
  assert.deepEqual(await reasons, ['cancelled', 'stopping', null])
})

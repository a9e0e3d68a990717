import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createExecutions } from '../../../../src/runs/execute/executions.ts'

const NEVER = new AbortController().signal
const FAR = Date.now() + 1e15
const reasonOf = async (signal: AbortSignal): Promise<unknown> => (signal.aborted ? signal.reason : null)

test('a run whose cancellation is heard of before it is tracked is broken off as soon as it is', async () => {
  const executions = createExecutions()
  executions.cancel('a-run')
  assert.equal(await executions.track('a-run', FAR, NEVER, reasonOf), 'cancelled')
  assert.equal(await executions.track('another-run', FAR, NEVER, reasonOf), null)
})

test('a run that is cancelled, or stopped, while it is tracked is broken off at once, and no other one', async () => {
  const executions = createExecutions()
  const stopping = new AbortController()
  const reasons = Promise.all(
    ['one', 'two', 'three'].map((id) =>
      executions.track(id, FAR, id === 'two' ? stopping.signal : NEVER, async (signal) => {
        await Promise.resolve()
        return reasonOf(signal)
      }),
    ),
  )
  executions.cancel('one')
  stopping.abort()
  assert.deepEqual(await reasons, ['cancelled', 'stopping', null])
})

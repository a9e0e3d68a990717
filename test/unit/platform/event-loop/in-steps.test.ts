import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { atOnce, inSteps, type Steps } from '../../../../src/platform/event-loop/in-pieces.ts'

/** So many steps, each of which keeps the process busy for some milliseconds. */
function* count(steps: number): Steps<number> {
  for (let step = 0; step < steps; step += 1) {
    for (const end = performance.now() + 3; performance.now() < end; );
    yield
  }
  return steps
}

describe('work in steps', () => {
  test('lets other work be done between them, and comes to the same', async () => {
    let others = 0
    let isOver = false
    const other = (): void => {
      others += 1
      if (!isOver) setImmediate(other)
    }
    setImmediate(other)
    assert.equal(await inSteps(count(20)), 20)
    isOver = true
    assert.ok(others >= 6, `${others} turns of others within 60 ms of work`)
    assert.equal(atOnce(count(2)), 2)
  })

  test('ends with what a step throws', async () => {
    function* failing(): Steps<never> {
      yield
      throw new Error('a step failed')
    }
    await assert.rejects(inSteps(failing()), /a step failed/)
    assert.throws(() => atOnce(failing()), /a step failed/)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownTurn } from '../../../../src/platform/event-loop/own-tick.ts'

test('however many ask at once, the event loop messages between any two of them', async () => {
  let messages = 0
  let over = false
  const count = (): void => {
    messages += 1
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  const seen = await Promise.all(Array.from({ length: 20 }, () => ownTurn().then(() => messages)))
  over = true
  assert.equal(new Set(seen).size, seen.length)
})

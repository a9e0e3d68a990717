import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownTick } from '../../../../src/platform/event-loop/own-tick.ts'

test('however many ask at once, the event loop has a tick between any two of them', async () => {
  let ticks = 0
  let over = false
  const count = (): void => {
    ticks += 1
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  const seen = await Promise.all(Array.from({ length: 20 }, () => ownTick().then(() => ticks)))
  over = true
  assert.equal(new Set(seen).size, seen.length)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchLoop } from '../../../../src/platform/event-loop/watch-loop.ts'

test('it tells which part of the time since it last did the event loop was busy, over at least 200 ms', () => {
  let now = { active: 1000, idle: 5000 }
  const busy = watchLoop(() => now)
  const after = (active: number, idle: number): number => {
    now = { active: now.active + active, idle: now.idle + idle }
    return busy()
  }
  assert.equal(busy(), 0)
  assert.equal(after(100, 99), 0, 'too short to tell')
  assert.equal(after(1, 0), 101 / 200, 'what was too short counts with what follows')
  assert.equal(after(150, 49), 101 / 200)
  assert.equal(after(0, 401), 150 / 600)
  assert.equal(after(200, 0), 1)
  assert.equal(after(0, 200), 0)
})

test('a loop that does nothing else but this test is read as it is', async () => {
  const busy = watchLoop()
  assert.ok(busy() >= 0 && busy() <= 1)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inPieces } from '../../../../src/platform/event-loop/in-pieces.ts'

/** Keeps the thread for so many ms. */
function work(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

test('everything is visited in order, and others have their turn between things that take long', async () => {
  let turns = 0
  let going = true
  const turn = (): void => {
    turns += 1
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  const seen: number[][] = []
  await inPieces([1, 2, 3, 4], (item, at) => {
    seen.push([item, at])
    work(6)
  })
  going = false
  assert.deepEqual(
    seen,
    [1, 2, 3, 4].map((item, at) => [item, at]),
  )
  assert.ok(turns >= 4, `${turns}`)
})

test('one that fails ends it', async () => {
  const seen: number[] = []
  const failing = inPieces([1, 2, 3], async (item) => {
    seen.push(item)
    if (item === 2) throw new Error('two')
  })
  await assert.rejects(failing, /two/)
  assert.deepEqual(seen, [1, 2])
})

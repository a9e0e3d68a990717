import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModelLimiters } from '../../../../src/models/limits/model-limiter.ts'

/** Lanes with a clock of their own, and no luck. */
function lanesAt(start = 1000) {
  let now = start
  const lanes = createModelLimiters(
    () => now,
    () => 0,
  )
  return { lanes, pass: (ms: number) => (now += ms) }
}

test('a lane has no limit until its model asks to be spared', () => {
  const { lanes } = lanesAt()
  for (let call = 0; call < 10_000; call += 1) assert.equal(lanes.enter('m'), 0)
})

test('a model that says 429 is left alone for as long as it asked, and other models are not', () => {
  const { lanes, pass } = lanesAt()
  lanes.enter('m')
  lanes.limited('m', 2000)
  assert.equal(lanes.enter('m'), 2000)
  assert.equal(lanes.enter('other'), 0)
  pass(2000)
  lanes.leave('m')
  assert.equal(lanes.enter('m'), 0)
})

test('the lane is halved by each round of refusals, once however many there are, and never to nothing', () => {
  const { lanes, pass } = lanesAt()
  const places = () => {
    let count = 0
    while (lanes.enter('m') === 0) count += 1
    for (let place = 0; place < count; place += 1) lanes.leave('m')
    return count
  }
  for (let call = 0; call < 8; call += 1) lanes.enter('m')
  for (let refusal = 0; refusal < 8; refusal += 1) lanes.limited('m', null)
  for (let call = 0; call < 8; call += 1) lanes.leave('m')
  pass(1000)
  assert.equal(places(), 4)
  for (let round = 0; round < 5; round += 1) {
    lanes.enter('m')
    lanes.limited('m', null)
    lanes.leave('m')
    pass(1000)
  }
  assert.equal(places(), 1)
})

test('answers widen the lane again, by one a round', () => {
  const { lanes, pass } = lanesAt()
  lanes.enter('m')
  lanes.limited('m', null)
  lanes.leave('m')
  pass(1000)
  assert.equal(lanes.enter('m'), 0)
  assert.ok(lanes.enter('m') > 0)
  lanes.succeeded('m')
  assert.equal(lanes.enter('m'), 0)
  assert.ok(lanes.enter('m') > 0)
})

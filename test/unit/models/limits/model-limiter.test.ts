import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createModelLimiters } from '../../../../src/models/limits/model-limiter.ts'

/** Limiters with a clock of their own, and no luck. */
function limitersAt(start = 1000) {
  let now = start
  const limiters = createModelLimiters(
    () => now,
    () => 1,
  )
  return {
    limiters,
    pass: (ms: number) => (now += ms),
    /** How many calls may begin, which then end at once. */
    room(): number {
      let count = 0
      while (count < 1000 && limiters.enter('m')) count += 1
      for (let place = 0; place < count; place += 1) limiters.leave('m')
      return count
    },
  }
}

test('a model has no limit until it asks for a pause', () => {
  const { limiters, room } = limitersAt()
  assert.equal(room(), 1000)
  assert.deepEqual([...limiters.limited()], [])
})

test('a model that says 429 is left alone for as long as it asked, however long, and other models are not', () => {
  for (const asked of [2000, 3_600_000]) {
    const { limiters, pass } = limitersAt()
    limiters.enter('m')
    limiters.refused('m', asked)
    limiters.leave('m')
    assert.deepEqual([limiters.enter('m'), limiters.pause('m')], [false, asked])
    assert.deepEqual([...limiters.limited()], [['m', 0]])
    assert.equal(limiters.enter('other'), true)
    pass(asked - 1)
    assert.equal(limiters.enter('m'), false)
    pass(1)
    assert.equal(limiters.enter('m'), true)
  }
})

test('one that does not say for how long is paused for longer with each refusal in a row, up to a bound', () => {
  const { limiters, pass } = limitersAt()
  const pauses = Array.from({ length: 12 }, () => {
    limiters.refused('m', null)
    const pause = limiters.pause('m')
    pass(pause)
    return pause
  })
  assert.deepEqual(pauses.slice(0, 4), [250, 500, 1000, 2000])
  assert.ok(pauses.every((pause) => pause <= 30_000))
  limiters.succeeded('m')
  limiters.refused('m', null)
  assert.equal(limiters.pause('m'), 250, 'an answer ends the row')
})

test('its limit is halved by each round of refusals, once however many there are, and never to nothing', () => {
  const { limiters, pass, room } = limitersAt()
  for (let call = 0; call < 8; call += 1) limiters.enter('m')
  for (let refusal = 0; refusal < 8; refusal += 1) limiters.refused('m', null)
  for (let call = 0; call < 8; call += 1) limiters.leave('m')
  pass(250)
  assert.equal(room(), 4)
  for (let round = 0; round < 5; round += 1) {
    limiters.enter('m')
    limiters.refused('m', 10)
    limiters.leave('m')
    pass(10)
  }
  assert.equal(room(), 1)
})

test('answers widen the limit again, by one a round; silence ends it within a quarter of a minute', () => {
  const { limiters, pass, room } = limitersAt()
  limiters.enter('m')
  limiters.refused('m', 10)
  limiters.leave('m')
  pass(10)
  assert.equal(room(), 1)
  limiters.succeeded('m')
  assert.equal(room(), 2)
  pass(14_999)
  assert.equal(room(), 2)
  pass(1)
  assert.equal(room(), 1000)
})

test('the wait that a server asks for is told apart from pauses that are guesses', () => {
  const { limiters, pass } = limitersAt()
  limiters.refused('m', null)
  assert.ok(limiters.pause('m') > 0)
  assert.equal(limiters.askedFor('m'), 0)
  limiters.refused('m', 60_000)
  limiters.refused('m', 10)
  assert.deepEqual([limiters.askedFor('m'), limiters.askedFor('another')], [60_000, 0])
  pass(60_000)
  assert.equal(limiters.askedFor('m'), 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from '../../../../src/runs/execute/places.ts'
import fc from '../../../support/fast-check.ts'

const NO_LIMITS = new Map<string, number>()

/** Begins runs of a model until it may begin no more. */
function fill(places: ReturnType<typeof createPlaces>, model: string): number {
  let begun = 0
  for (;;) {
    const allowances = places.allowances(1, NO_LIMITS)
    if ((allowances?.byModel.get(model) ?? (allowances ? allowances.others : 1)) < 1) return begun
    places.enter(model)
    begun += 1
  }
}

test('one model alone gets all that was asked for, and another one still finds a place', () => {
  for (const most of [1, 2, 3, 8, 9, 100, 5000]) {
    const places = createPlaces(most)
    const begun = fill(places, 'a')
    assert.ok(begun >= most && begun <= most + Math.ceil(most / 8), `${begun} of ${most}`)
    if (places.free() > 0) assert.ok(fill(places, 'b') >= 1)
    assert.ok(most < 100 || places.free() > 0, 'and there are some left for a third')
  }
})

test('whatever models begin and end, a model without a run may begin one while a place is free', () => {
  const step = fc.record({ model: fc.constantFrom('a', 'b', 'c', 'd'), ends: fc.boolean() })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.array(step, { maxLength: 400 }), (most, steps) => {
      const places = createPlaces(most)
      const running: string[] = []
      for (const { model, ends } of steps) {
        const at = running.indexOf(model)
        if (ends && at >= 0) {
          running.splice(at, 1)
          places.leave(model)
        }
        const allowances = places.allowances(1, NO_LIMITS)
        const may = allowances?.byModel.get(model) ?? (allowances ? allowances.others : 1)
        if (!running.includes(model) && places.free() > 0) assert.ok(may >= 1)
        if (may >= 1 && places.free() > 0) {
          places.enter(model)
          running.push(model)
        }
        assert.equal(places.occupied(), running.length)
        assert.ok(places.free() >= 0)
      }
    }),
  )
})

test('a model that may be sent fewer calls begins no more runs than that', () => {
  const places = createPlaces(100)
  assert.equal(places.allowances(32, NO_LIMITS), null)
  assert.deepEqual(places.allowances(32, new Map([['slow', 3]]))?.byModel.get('slow'), 3)
  assert.deepEqual(places.allowances(32, new Map([['paused', 0]]))?.byModel.get('paused'), 0)
})

test('lanes of one model share the places of the model', () => {
  const places = createPlaces(16)
  for (let each = 0; each < 8; each += 1) {
    places.enter('a.one')
    places.enter('a.two')
  }
  const whole = createPlaces(16)
  for (let each = 0; each < 16; each += 1) whole.enter('a')
  const room = whole.allowances(5, NO_LIMITS)
  const byLane = places.allowances(5, NO_LIMITS)
  for (const lane of ['a.one', 'a.two']) assert.equal(byLane?.byModel.get(lane), room?.byModel.get('a'))
  assert.equal(byLane?.others, room?.others)
  for (let each = 0; each < 8; each += 1) places.leave('a.one')
  assert.equal(places.allowances(1, new Map([['a.one', 0]]))?.byModel.get('a.one'), 0)
  for (let each = 0; each < 8; each += 1) places.leave('a.two')
  assert.equal(places.occupied(), 0)
  assert.equal(places.allowances(16, NO_LIMITS), null)
})

test('runs that have no time for the wait that a server asks for may start in the share of their model', () => {
  const places = createPlaces(16)
  const asked = (lane: string) => (lane === 'paused' ? 60_000 : 0)
  const limited = new Map([
    ['paused', 0],
    ['full', 0],
  ])
  const before = Date.now()
  const found = places.allowances(5, limited, asked)
  assert.deepEqual([found?.byModel.get('paused'), [...(found?.hopeless.keys() ?? [])]], [0, ['paused']])
  const { most, expiringBy = 0 } = found?.hopeless.get('paused') ?? {}
  assert.equal(most, 5)
  assert.ok(expiringBy <= Date.now() + 60_000 && expiringBy >= before + 59_000)
  for (let each = 0; each < 16; each += 1) places.enter('paused')
  assert.equal(
    places.allowances(5, limited, asked)?.hopeless.size,
    0,
    'and take no place that is left for others',
  )
})

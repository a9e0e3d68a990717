import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lane } from '../../../../src/models/limits/lane.ts'

const NEVER = new AbortController().signal

test('calls of a lane go one after the other in the order in which they came, whatever the order of their refusals', async () => {
  const lane = new Lane(() => 0)
  const tickets = [lane.enter(), lane.enter(), lane.enter()]
  lane.close(1, false)
  const order: number[] = []
  const waits = [2, 0, 1].map(async (at) => {
    const ticket = tickets[at]
    if (ticket && (await lane.turn(ticket, NEVER))) order.push(at)
    lane.granted()
  })
  await Promise.all(waits)
  assert.deepEqual(order, [0, 1, 2])
})

test('those that would wait too long are turned away, the last one first, so that their order stays in the queue', async () => {
  const lane = new Lane(() => 0)
  const tickets = [lane.enter(), lane.enter(), lane.enter()]
  lane.close(500, true)
  const away: number[] = []
  const waits = tickets.map(async (ticket, at) => {
    if (!(await lane.turn(ticket, NEVER))) away.push(at)
  })
  lane.close(60_000, false)
  await Promise.all(waits)
  assert.deepEqual(away, [2, 1, 0])
  assert.equal(lane.places(), 0)
  lane.placeFreed()
  assert.equal(lane.places(), 0, 'a place that is free is not what the lane waits for')
})

test('a call whose run is stopped no longer waits, and is in nobody’s way', async () => {
  const lane = new Lane(() => 0)
  const [first, second] = [lane.enter(), lane.enter()]
  lane.close(500, true)
  const stopping = new AbortController()
  const stopped = lane.turn(first, stopping.signal)
  const next = lane.turn(second, NEVER)
  stopping.abort()
  await assert.rejects(stopped, { kind: 'aborted' })
  lane.placeFreed()
  assert.equal(await next, true)
})

test('a wait that is longer than a timer can be is kept: a quota of a month is not asked for every millisecond', async (t) => {
  const days = 86_400_000
  const real = new Lane(() => 0)
  real.close(40 * days, false)
  await new Promise((resolve) => setTimeout(resolve, 2))
  assert.equal(real.places(), 0, 'a timer of more than 24 days fires at once')

  t.mock.timers.enable({ apis: ['setTimeout'] })
  let now = 0
  const lane = new Lane(() => now)
  lane.close(40 * days, false)
  const pass = (ms: number): void => {
    now += ms
    t.mock.timers.tick(ms)
  }
  pass(24 * days)
  pass(15 * days)
  assert.deepEqual([lane.places(), lane.closedFor()], [0, days])
  pass(days)
  assert.ok(lane.places() > 0)
})

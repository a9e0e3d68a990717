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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitedLanes } from '../../../../src/models/limits/limited-lanes.ts'
import {
  type Limited,
  laneOf,
  lanesOf,
  modelOfLane,
  ownerOfLane,
} from '../../../../src/models/limits/rate-limits.ts'

const ID = '019a5f0e-6a21-7d66-8a1f-6c1e2b3d4f5a'
const free: Limited = { id: ID, server: {} }
const limited: Limited = { id: ID, limits: { concurrent: 1 }, server: {} }
const ofServer: Limited = { id: ID, server: { limits: { concurrent: 1 } } }
const OWNERS = ['project', 'batch', 'hard.batch'].flatMap((project) =>
  [false, true].flatMap((atOnce) =>
    [false, true].flatMap((isBatch) => [false, true].map((isHard) => ({ project, isBatch, isHard, atOnce }))),
  ),
)

test('a lane says of which model and whose it is, and is among those of its project', () => {
  for (const model of [free, limited, ofServer]) {
    for (const owner of OWNERS) {
      const lane = laneOf(model, owner)
      assert.equal(modelOfLane(lane), ID)
      assert.ok(lanesOf(model, owner.project).includes(lane))
      const isShared = model === free && !owner.isHard && !owner.atOnce
      const isBatch = model !== free && owner.isBatch
      if (owner.project === 'project')
        assert.deepEqual(ownerOfLane(lane), isShared ? null : { ...owner, isBatch })
    }
  }
})

test('runs of a model without limits that wait do so in one lane, whoever they belong to, unless a hard budget has them', () => {
  const all = OWNERS.filter(({ isHard, atOnce }) => !isHard && !atOnce).map((owner) => laneOf(free, owner))
  assert.deepEqual(new Set(all), new Set([ID]))
  assert.equal(lanesOf(free, 'project').length, 4)
  assert.equal(lanesOf(limited, 'project').length, 9)
})

test('a lane has the places of what limits it most: its process, the fleet, or a budget', () => {
  const lane = laneOf(limited, { project: 'p', isBatch: false, isHard: true, atOnce: false })
  const places = (most: number) => ({ places: () => new Map([[lane, most]]) })
  const none = { places: () => new Map<string, number>() }
  const limiters = (most: number | null) => ({
    limited: () => new Map(most === null ? [] : [[ID, most]]),
  })
  for (const [ofModel, ofFleet, ofBudget, least] of [
    [2, 3, 4, 2],
    [3, 2, 4, 2],
    [4, 3, 2, 2],
    [null, 3, Number.POSITIVE_INFINITY, 3],
    [5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 5],
  ] as const) {
    const found = limitedLanes(limiters(ofModel), places(ofFleet), places(ofBudget))
    assert.equal(found.get(lane), least)
  }
  const free = limitedLanes(limiters(null), places(Number.POSITIVE_INFINITY), none)
  assert.equal(free.has(lane), false)
  assert.equal(limitedLanes(limiters(1), none, none).get(ID), 1)
  const atOnce = laneOf(limited, { project: 'p', isBatch: false, isHard: true, atOnce: true })
  const ofBudget = { places: () => new Map([[atOnce, 5]]) }
  assert.equal(limitedLanes(limiters(0), none, ofBudget).get(atOnce), 5, 'for a budget alone')
})

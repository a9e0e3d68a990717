import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diceFrom } from '../../../chaos/dice.ts'
import {
  type FaultScheduleOptions,
  KIND_COUNT,
  scheduleFaults,
} from '../../../chaos/faults/fault-schedule.ts'

const SCHEDULE: FaultScheduleOptions = {
  ...{ seed: 7, until: 180_000, longestMs: 20_000, everyMs: 4000 },
  ...{ workers: ['worker 1', 'worker 2', 'worker 3'], apis: ['api 1', 'api 2'] },
}

test('a seed repeats its faults, another has others; all kinds come, and none lasts longer than it may', () => {
  const faults = scheduleFaults(SCHEDULE)
  assert.deepEqual(scheduleFaults(SCHEDULE), faults)
  assert.notDeepEqual(scheduleFaults({ ...SCHEDULE, seed: 8 }), faults)
  const kinds = new Set(
    faults.map(({ kind, targets }) => `${kind} ${targets.length} ${targets[0]?.slice(0, 3)}`),
  )
  assert.equal(kinds.size, KIND_COUNT)
  for (const { at, forMs, chance } of faults) {
    assert.ok(forMs <= 20_000 && at + forMs <= 180_000)
    assert.ok(chance >= 0 && chance < 1)
  }
})

test('a process is not struck again before its fault is over', () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const faults = scheduleFaults({ ...SCHEDULE, seed })
    for (const [index, fault] of faults.entries()) {
      const during = faults.slice(index + 1).filter(({ at }) => at < fault.at + fault.forMs)
      const again = during.filter(({ targets }) => targets.some((name) => fault.targets.includes(name)))
      assert.deepEqual(again, [])
    }
  }
})

test('dice pick by weight', () => {
  const dice = diceFrom('3')
  const picked = Array.from({ length: 10_000 }, () =>
    dice.pick([
      { name: 'never', weight: 0 },
      { name: 'seldom', weight: 1 },
      { name: 'often', weight: 9 },
    ]),
  )
  const count = (name: string) => picked.filter((each) => each.name === name).length
  assert.equal(count('never'), 0)
  assert.ok(count('seldom') > 800 && count('seldom') < 1200)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeFigure, judgeGrowth } from '../../../bench/judge.ts'
import { growthOf, takeTurns, undisturbed } from '../../../bench/turns.ts'

test('subjects take turns, round after round, and each keeps what was seen of it', async () => {
  const order: string[] = []
  const seen = await takeTurns(['a', 'b'], 3, async (subject, round) => {
    order.push(subject)
    return `${subject}${round}`
  })
  assert.deepEqual(order, ['a', 'b', 'a', 'b', 'a', 'b'])
  assert.deepEqual(seen, [
    ['a1', 'a2', 'a3'],
    ['b1', 'b2', 'b3'],
  ])
})

test('growth is of medians against both that are alike; noise is the largest difference of those two in a round', () => {
  const same = [
    [10, 10, 100],
    [10, 12, 100],
  ] as const
  assert.deepEqual(
    growthOf({
      same,
      others: [
        [1, 1, 1],
        [11, 18, 500],
      ],
    }),
    { factor: 18 / 11, least: 1.1, noise: 1.2 },
  )
})

test('what is quicker than the floor has not grown, nor does it differ', () => {
  const same = [[0.1], [0.4]] as const
  assert.deepEqual(growthOf({ same, others: [[1.4]] }, 1.5), { factor: 1, least: 1, noise: 1 })
  assert.deepEqual(growthOf({ same, others: [[3]] }, 1.5), { factor: 2, least: 2, noise: 1 })
})

test('what is undisturbed is at the end of the quickest quarter', () => {
  assert.equal(undisturbed([9, 1, 8, 2, 7, 3, 6, 4]), 3)
})

test('a growth holds, is missed in every round, or cannot be told', () => {
  const verdict = (factor: number, least: number, noise: number) =>
    judgeGrowth('a run', { factor, least, noise }, 1.3).holds
  assert.equal(verdict(1.2, 1.1, 1.05), true)
  assert.equal(verdict(1.5, 1.4, 1.05), false)
  assert.equal(verdict(1.5, 1.2, 1.05), null, 'one round kept to it')
  assert.equal(verdict(1.1, 1, 1.4), null, 'within it by chance, perhaps')
  assert.equal(verdict(2.5, 2, 1.4), false, 'never within it, whatever the noise')
})

test('a figure cannot be told where the machine itself adds what is beyond it', () => {
  const verdict = (seen: number, ofMachine: number) =>
    judgeFigure('a stall', { seen, ofMachine, wanted: 50 }, 'the machine stood still').holds
  assert.equal(verdict(40, 200), true)
  assert.equal(verdict(60, 5), false)
  assert.equal(verdict(60, 15), null)
  assert.equal(verdict(600, 55), null, 'what the machine adds is too much by itself')
})

test('what cannot be told says why', () => {
  assert.match(
    judgeGrowth('a run', { factor: 1.1, least: 1, noise: 1.4 }, 1.3).text,
    /cannot be told here: .*1\.40 times/,
  )
})

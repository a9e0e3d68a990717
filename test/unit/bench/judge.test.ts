import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeFigure, judgeGrowth, judgeSpread } from '../../../bench/judge.ts'
import { median } from '../../../bench/measure.ts'
import { growthOf, spreadOf, takeTurns, undisturbed } from '../../../bench/turns.ts'

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

test('a factor of rounds that are alike is the same whichever are drawn; of others it lies among theirs', () => {
  const [alike, other] = [
    [2, 2, 2, 2, 2],
    [2, 2.2, 2.4, 2.6, 10],
  ]
  const factorOf = ([one = [], again = []]: readonly number[][]) => {
    assert.deepEqual([one.length, again.length], [5, 5])
    return median(again) / median(one)
  }
  assert.deepEqual(spreadOf([alike, alike], factorOf), { factor: 1, low: 1, high: 1 })
  const { factor, low, high } = spreadOf([alike, other], factorOf)
  assert.equal(factor, 1.2)
  assert.ok(1 <= low && low < factor && factor < high && high <= 5)
})

test('a factor holds, or is missed, with nearly all rounds that may be drawn, or cannot be told', () => {
  const verdict = (low: number, high: number) =>
    judgeSpread('p99', { factor: (low + high) / 2, low, high }, 1.05).holds
  assert.equal(verdict(0.98, 1.04), true)
  assert.equal(verdict(1.06, 1.2), false)
  assert.equal(verdict(0.99, 1.07), null)
  assert.match(
    judgeSpread('p99', { factor: 1.01, low: 0.99, high: 1.07 }, 1.05).text,
    /^p99: 1\.010 times, with other rounds 0\.990 to 1\.070 .*cannot be told here/,
  )
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

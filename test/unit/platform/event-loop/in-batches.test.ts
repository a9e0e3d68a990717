import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { inBatches } from '../../../../src/platform/event-loop/in-batches.ts'

describe('a batch per tick', () => {
  const sent: [group: number, items: readonly string[]][] = []
  const ask = inBatches({
    most: 3,
    mostWeight: 10,
    async send(group, items: readonly string[]) {
      sent.push([group, items])
      if (items.includes('bad')) throw new Error('refused')
      return items.map((item) => item.toUpperCase())
    },
  })

  test('sends what one tick asks for together, by group, and answers each in its place', async () => {
    sent.length = 0
    const answers = [ask(1, 'a', 1), ask(2, 'b', 1), ask(1, 'c', 1)]
    assert.deepEqual(sent, [], 'nothing is sent before the tick is over')
    assert.deepEqual(await Promise.all(answers), ['A', 'B', 'C'])
    assert.deepEqual(sent, [
      [1, ['a', 'c']],
      [2, ['b']],
    ])
  })

  test('a batch is sent when it is full, by number or by weight', async () => {
    sent.length = 0
    await Promise.all(['a', 'b', 'c', 'd'].map((item) => ask(1, item, 1)))
    await Promise.all(['e', 'f'].map((item) => ask(1, item, 10)))
    assert.deepEqual(
      sent.map(([, items]) => items),
      [['a', 'b', 'c'], ['d'], ['e'], ['f']],
    )
  })

  test('when sending fails, all of the batch have failed, and no other', async () => {
    const outcomes = await Promise.allSettled([ask(1, 'bad', 1), ask(1, 'a', 1), ask(2, 'b', 1)])
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['rejected', 'rejected', 'fulfilled'],
    )
  })
})

test('what nobody waits for is collected over ticks, for as long as is said', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const sent: (readonly string[])[] = []
  const ask = inBatches({
    ...{ most: 3, mostWeight: 10, gatherMs: 100 },
    async send(_, items: readonly string[]) {
      sent.push(items)
      return items
    },
  })
  const answers = [ask(1, 'a', 1)]
  await turn()
  t.mock.timers.tick(99)
  answers.push(ask(1, 'b', 1))
  await turn()
  assert.deepEqual(sent, [])
  t.mock.timers.tick(1)
  assert.deepEqual(await Promise.all(answers), ['a', 'b'])
  assert.deepEqual(sent, [['a', 'b']])
})

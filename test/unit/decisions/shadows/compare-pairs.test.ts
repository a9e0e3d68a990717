import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { METRICS } from '../../../../src/decisions/compare-revisions.ts'
import { comparePairs, shadowsMade } from '../../../../src/decisions/shadows/compare-pairs.ts'
import { atOnce } from '../../../../src/platform/event-loop/in-pieces.ts'
import { addPair, differencesOf, shadowIn } from '../../../../src/totals/pair-sums.ts'
import { FieldSums, splitName } from '../../../../src/totals/rollup.ts'
import type { HourTotals } from '../../../../src/totals/rollup-store.ts'
import { randomNumbers } from '../../../sim-decisions/draws.ts'

const RUN = { failed: 0, invalid: 0, cancelled: 0, latency: 8, cost: 40, tokens: 30 } as const
const QUERY = { baseline: 'a', shadows: ['b'], metrics: METRICS, primary: 'failed', alpha: 0.05, since: 0 }
const compare = (hours: readonly HourTotals[], candidates = 1) =>
  atOnce(comparePairs({ ...QUERY, candidates }, hours))[0] ?? assert.fail()

/** What pairs add up to, as the totals have it. */
function openHours() {
  const sums = new Map<string, FieldSums>()
  return {
    add(pairs: Iterable<readonly [run: object, shadow: object]>): void {
      for (const [run, shadow] of pairs) {
        const differences = differencesOf({ ...RUN, ...run }, { ...RUN, ...shadow })
        addPair(
          {
            ...{ id: 'id', project: 'p', task: 't', revision: 'a', shadow: 'b', hasSeries: false },
            ...{ ended: 0, credits: 1, dropped: null, differences },
          },
          (name) => {
            const known = sums.get(name) ?? new FieldSums()
            sums.set(name, known)
            return known
          },
        )
      }
    },
    read: (): HourTotals[] =>
      [...sums].map(([name, own]) => {
        const [, , revision = null, shadow = ''] = splitName(name)
        return { revision, split: 0, shadow: shadowIn(shadow ?? ''), hour: 0, totals: new Map(own.all()) }
      }),
  }
}

function hoursOf(pairs: Iterable<readonly [run: object, shadow: object]>): HourTotals[] {
  const hours = openHours()
  hours.add(pairs)
  return hours.read()
}

describe('pairs', () => {
  test('say which revision is worse, and by how much, after few of them', () => {
    const found = compare(
      hoursOf(Array.from({ length: 40 }, () => [{}, { failed: 1, latency: 10, cost: 44 }])),
    )
    assert.equal(found.pairs, 40)
    const of = (name: string) => found.metrics.find(({ metric }) => metric.name === name) ?? assert.fail()
    assert.deepEqual([of('failed').verdict, of('failed').difference], ['worse', 1])
    assert.equal(of('latency').verdict, 'worse')
    assert.ok(Math.abs((of('latency').difference ?? 0) - 4) < 1e-9, 'two buckets are a factor of 4')
    assert.ok(Math.abs((of('cost').difference ?? 0) - 2) < 1e-9, 'four are a factor of 2')
    assert.deepEqual([of('tokens').verdict, of('tokens').difference], ['undecided', 1])
    assert.deepEqual(
      found.metrics.map(({ metric }) => metric.name),
      ['failed', 'invalid', 'latency', 'cost', 'tokens'],
    )
  })

  test('of identical revisions are hardly ever taken for different ones, looked at after every fiftieth', () => {
    const random = randomNumbers(18)
    const draw = () => ({ failed: random() < 0.1 ? 1 : 0, latency: Math.floor(random() * 6) + 5 })
    let wrong = 0
    for (let repetition = 0; repetition < 40; repetition += 1) {
      const hours = openHours()
      const isWrong = () => compare(hours.read()).metrics.some(({ verdict }) => /better|worse/.test(verdict))
      for (let count = 0; count < 600; count += 50) {
        hours.add(Array.from({ length: 50 }, () => [draw(), draw()] as const))
        if (!isWrong()) continue
        wrong += 1
        break
      }
    }
    assert.ok(wrong <= 4, `${wrong} of 40`)
  })

  test('that are far apart count as if they were at the bound, and say nothing when there are none', () => {
    assert.deepEqual(differencesOf(RUN, { ...RUN, latency: 20, cost: 121, tokens: 0 }), {
      ...{ failed: 0, invalid: 0, latency: 8, cost: 32, tokens: -30 },
    })
    const none = compare([])
    assert.deepEqual([none.pairs, none.dropped], [0, {}])
    assert.ok(none.metrics.every(({ verdict, difference }) => verdict === 'undecided' && difference === null))
  })

  test('are those of one baseline, and shadow runs are counted that were begun', () => {
    const totals = new Map([
      ['pairs', 3],
      ['dropped:full', 5],
      ['dropped:lost', 2],
    ])
    const hours = [{ revision: 'c', split: 0, shadow: 'b', hour: 0, totals }]
    assert.equal(compare(hours).pairs, 0)
    assert.equal(shadowsMade(hours, 0), 5)
    assert.equal(shadowsMade(hours, 1), 0)
  })
})

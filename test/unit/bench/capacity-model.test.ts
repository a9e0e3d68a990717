import assert from 'node:assert/strict'
import { test } from 'node:test'
import { predict, type Station } from '../../../bench/capacity-model.ts'

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9 * Math.max(1, expected), `${actual} is not ${expected}`)
const station = (name: string, demand: number, processes = 1): Station => ({
  ...{ name, demand, demandAlone: demand, processes },
})
const SYSTEM = [station('api', 0.004), station('worker', 0.005), station('redis', 0.001)]

test('a single caller never waits for another one', () => {
  const alone = predict(SYSTEM, { callers: 1, elsewhere: 0.2, cores: null })
  near(alone.throughput, 1 / 0.21)
  near(alone.response, 0.21)
})

test('with many callers the busiest process is never idle, and nothing goes beyond it', () => {
  for (const callers of [1, 2, 10, 100, 1000]) {
    const { throughput } = predict(SYSTEM, { callers, elsewhere: 0, cores: null })
    assert.ok(throughput <= Math.min(1 / 0.005, callers / 0.01) + 1e-9)
  }
  const full = predict(SYSTEM, { callers: 1000, elsewhere: 0, cores: null })
  assert.ok(full.throughput > 0.999 / 0.005)
  assert.equal(full.bottleneck, 'worker')
})

test('a balanced system is slowed by each caller as the closed form says', () => {
  const stations = [station('a', 0.01), station('b', 0.01), station('c', 0.01)]
  for (const callers of [1, 3, 20]) {
    near(
      predict(stations, { callers, elsewhere: 0, cores: null }).throughput,
      callers / (0.01 * (callers + 2)),
    )
  }
})

test('two processes of a kind are two stations of half the demand', () => {
  const workload = { callers: 12, elsewhere: 0.05, cores: null }
  const two = predict([station('api', 0.004), station('worker', 0.006, 2)], workload)
  const apart = predict([station('api', 0.004), station('one', 0.003), station('two', 0.003)], workload)
  near(two.throughput, apart.throughput)
  near(two.utilisation['worker'] ?? 0, apart.utilisation['one'] ?? 0)
})

test('processes that share cores are bounded by them', () => {
  const shared = predict(SYSTEM, { callers: 100, elsewhere: 0, cores: 1 })
  near(shared.throughput, 1 / 0.01)
  assert.equal(shared.bottleneck, 'cores')
})

test('what is done once for all that wait is paid by a run that is alone, and by nobody where there are many', () => {
  const waking = SYSTEM.map((each) => ({ ...each, demandAlone: 3 * each.demand }))
  near(predict(waking, { callers: 1, elsewhere: 0, cores: null }).throughput, 1 / 0.03)
  const { throughput } = predict(waking, { callers: 1000, elsewhere: 0, cores: null })
  assert.ok(throughput > 0.99 / 0.005 && throughput <= 1 / 0.005, `${throughput}`)
})

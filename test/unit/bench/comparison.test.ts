import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SubjectPass } from '../../../bench/compare.ts'
import { comparisonTable, processesTable, summarise } from '../../../bench/comparison.ts'
import type { Load } from '../../../bench/load.ts'
import type { Pass } from '../../../bench/measure.ts'
import { tableAsMarkdown, tableAsText } from '../../../bench/table.ts'

const loadOf = (latency: number): Load => ({
  ...{ requests: 10, brokenOff: 0, seconds: 1, rps: 10 * latency },
  ...{ mean: latency, p50: latency, p95: 2 * latency, p99: 3 * latency },
})
const passOf = (latency: number, cpu: Record<string, number>): Pass => ({
  load: loadOf(latency),
  cpu,
  cpuTotal: Object.values(cpu).reduce((sum, each) => sum + each, 0),
  memory: Object.fromEntries(Object.keys(cpu).map((name) => [name, 100])),
  redis: 'redis' in cpu ? { commands: 20, byName: {}, bytes: 5000 } : null,
})
const every = (pass: Pass): SubjectPass => ({ busy: pass, one: pass, half: pass, slow: pass })
const compared = summarise({
  direct: [passOf(1, {}), passOf(2, {}), passOf(9, {})],
  subjects: new Map([
    ['express + openai', [4, 6, 5].map((cpu) => every(passOf(3, { server: cpu })))],
    ['splitrun', [7, 5, 9].map((latency) => every(passOf(latency, { api: 4, redis: 2 })))],
  ]),
})

test('of several passes the median counts, and latencies are those beyond the model', () => {
  const openai = compared.subjects['express + openai']
  assert.equal(openai?.cpuTotal, 5)
  assert.deepEqual(openai?.cpuRange, [4, 6])
  assert.deepEqual(compared.subjects['splitrun']?.added, { mean: 5, p50: 5, p95: 12, p99: 19 })
})

test('a table shows each subject beside the reference, and processes apart where there are several', () => {
  const { rows } = comparisonTable(compared)
  assert.deepEqual(
    rows.map(([name, cpu, share]) => [name, cpu, share]),
    [
      ['express + openai', '5.00', '1.00'],
      ['splitrun', '6.00', '1.20'],
    ],
  )
  assert.deepEqual(
    processesTable(compared).rows.map(([name, cpu]) => [name, cpu]),
    [
      ['splitrun: api', '4.00'],
      ['splitrun: redis', '2.00'],
    ],
  )
})

test('the same table is aligned for a terminal and has a rule in Markdown', () => {
  const table = { head: ['name', 'n'], rows: [['a', '100']] }
  assert.equal(tableAsText(table), 'name    n\na     100')
  assert.equal(tableAsMarkdown(table), '| name | n |\n| --- | ---: |\n| a | 100 |')
})

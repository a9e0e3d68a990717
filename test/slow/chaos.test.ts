import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaos } from '../chaos/chaos.ts'
import { isGood, printTable, tabulateChaos } from '../chaos/verdict.ts'

/** Five processes are started many times over: on a busy machine that alone takes minutes. */
const PATIENTLY = { timeout: 300_000 }

for (const [shards, runs] of [
  [1, 150],
  [12, 100],
] as const) {
  test(
    `no run is lost, stuck or settled twice, and totals are what runs add up to, on ${shards} shards, whatever happens to processes, clocks, machines and Redis`,
    PATIENTLY,
    async (t) => {
      const options = {
        ...{ seed: shards, runs, forMs: 8000 },
        ...{ longestOutageMs: 2500, faultEveryMs: 700, patienceMs: 120_000 },
        env: {
          ...{ SPLITRUN_LOCK_DURATION: '2s', SPLITRUN_STALLED_INTERVAL: '1s', SPLITRUN_MODEL_TIMEOUT: '2s' },
          SPLITRUN_SHARDS: String(shards),
        },
      }
      const progress = { started: Date.now(), sent: 0, served: 0, strikes: [] }
      const outcome = await chaos(t, options, progress, t.signal)
      const table = tabulateChaos(outcome)
      assert.ok(isGood(table), `\n${printTable(table)}`)
      assert.ok(
        outcome.audit.accepted > 0.8 * runs,
        'a caller that leaves may do so before its run is accepted',
      )
      assert.ok(outcome.strikes.length >= 5)
    },
  )
}

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isFinal, type RunRecord } from '../../src/runs/run.ts'
import { askPanel, hasData, readDashboards, type View } from '../support/dashboard-panels.ts'
import { type System, until } from '../support/system.ts'
import { startWatchedSystem, type WatchedSystem } from '../support/watched-system.ts'

const OUTCOMES = ['succeeded', 'failed', 'cancelled']

/** A series as it was when it was last scraped: a scrape that came too late leaves a hole at this moment. */
const lately = (series: string): string => `last_over_time(${series}[5m])`

describe('on a real Prometheus, that scrapes a system under load', () => {
  const cleanups: (() => Promise<void> | void)[] = []
  let watched: WatchedSystem
  before(async () => {
    watched = await startWatchedSystem({ after: (clean) => void cleanups.unshift(clean) }, { latencyMs: 20 })
  })
  after(async () => {
    for (const clean of cleanups) await clean()
  })
  /** Goes on sending until what is asked for holds: rates need a load that lasts. */
  const underLoad = (holds: () => Promise<boolean>) =>
    until(async () => {
      await watched.sendRuns(20)
      return holds()
    })

  test('every query of every panel shows numbers', async () => {
    const { prometheus, task } = watched
    const view: View = { seconds: 60, task }
    let empty: string[] = []
    await underLoad(async () => {
      const panels = readDashboards().flatMap(({ name, panels }) => panels.map((panel) => ({ name, panel })))
      const asked = await Promise.all(
        panels.map(async ({ name, panel }) =>
          (await askPanel(prometheus, panel, view)).map((query) => ({
            ...query,
            where: `${name}: ${panel.title}`,
          })),
        ),
      )
      empty = asked
        .flat()
        .flatMap(({ series, where, expr }) => (hasData(series) ? [] : [`${where}: ${expr}`]))
      assert.ok(asked.flat().length > 40, 'the queries are found')
      return empty.length === 0
    }).catch((error: Error) => assert.fail(`${error.message}\nwithout data:\n${empty.join('\n')}`))
  })

  test('every recording rule records numbers, and every alert is evaluated', async () => {
    const { prometheus } = watched
    await underLoad(async () => {
      const rules = await prometheus.rules()
      assert.ok(rules.length > 15, 'the rules are loaded')
      assert.deepEqual(
        rules.filter(({ health }) => health === 'err'),
        [],
      )
      const recorded = rules.filter(({ type }) => type === 'recording')
      const answers = await Promise.all(
        recorded.flatMap(({ name, query }) => [prometheus.query(name), prometheus.query(query)]),
      )
      return rules.every(({ health }) => health === 'ok') && answers.every(hasData)
    })
  })

  test('every series that an alert reads is there', async () => {
    const { prometheus } = watched
    const alerts = (await prometheus.rules()).filter(({ type }) => type === 'alerting')
    const names = new Set(
      alerts.flatMap(({ query }) => query.match(/\b(?:project_\w+:)?splitrun_[\w:]+/g) ?? []),
    )
    assert.ok(names.size > 8, 'names are found')
    for (const name of names) assert.ok(hasData(await prometheus.query(lately(name))), name)
  })

  test('totals equal the sum over the stored runs', async () => {
    const { prometheus, system } = watched
    let records: RunRecord[] = []
    // Each outcome by chance: a cancel may come too late.
    const isThere = (outcome: string) => records.some(({ status }) => status === outcome)
    do {
      await watched.sendRuns(20)
      await until(async () => {
        records = await recordsOf(system)
        return records.every(({ status }) => isFinal(status))
      })
    } while (!OUTCOMES.every(isThere))
    const read = async (series: string): Promise<number> =>
      (await prometheus.query(`sum(${lately(series)})`))[0]?.points[0]?.[1] ?? 0
    const ended = Date.now() / 1000
    await until(async () => {
      const scraped = await prometheus.query('min(timestamp(splitrun_runs_total))')
      return (scraped[0]?.points[0]?.[1] ?? 0) > ended
    })
    assert.equal(await read('splitrun_runs_total'), records.length)

    const results = records.flatMap(({ result }) => (result ? [result] : []))
    assert.equal(results.length, records.length)
    const total = (of: (each: (typeof results)[number]) => number) =>
      results.reduce((sum, each) => sum + of(each), 0)
    for (const outcome of OUTCOMES) {
      const stored = total(({ status }) => Number(status === outcome))
      assert.equal(await read(`splitrun_runs_total{outcome="${outcome}"}`), stored)
    }
    assert.equal(
      await read('splitrun_tokens_total{type="input"}'),
      total((each) => each.inputTokens),
    )
    assert.equal(
      await read('splitrun_tokens_total{type="output"}'),
      total((each) => each.outputTokens),
    )
    assert.equal(
      Math.round((await read('splitrun_credits_total')) * 1e6),
      total(({ credits }) => credits),
    )
    assert.equal(
      await read('splitrun_attempts_total'),
      records.reduce((sum, { attempts }) => sum + attempts.length, 0),
    )
    assert.equal(await read('splitrun_run_duration_seconds_count'), records.length)
    const seconds = total(({ timings }) => timings.total) / 1000
    assert.ok(Math.abs((await read('splitrun_run_duration_seconds_sum')) - seconds) < 1e-3)
  })
})

/** All runs of the system's project, page after page. */
async function recordsOf({ core, project }: System): Promise<RunRecord[]> {
  const ids = await core.runs.ids(project.split('/').at(-1) ?? '', {}, null, 100_000)
  return (await core.runs.getMany(ids)).filter((record) => record !== null)
}

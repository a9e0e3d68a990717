import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { startFleet, taskLike } from '../fleet.ts'
import { judgeGrowth } from '../judge.ts'
import { type Load, load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel, startTroubledModel } from '../model-process.ts'
import { growthOf, takeTurns } from '../turns.ts'

const MODEL_MS = 20
const PER_SECOND = 50
const CALLS = 800
const QUICK_CALLS = 60
const ROUNDS = 7
const QUICK_ROUNDS = 1
const WARM_UP = 3000
const QUICK_WARM_UP = 200
const WANTED_GROWTH = 1.05
/** After a round with a shadow: what it has begun is broken off within two seconds. */
const QUIET_MS = 3000

const WAYS = ['off', 'off, once more', 'on'] as const

/**
 * Callers' runs without a shadow and with one beside each of them, in turn: a revision whose model takes ten times as long
 * and fails every time. There is room to make all of its runs.
 */
export const drillShadow: Drill = async ({ quick, say }) => {
  const model = await startModel(MODEL_MS)
  const failing = await startTroubledModel('failing')
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-shadow-'))
  const file = join(folder, 'models.json')
  const servers = { good: { base_url: modelUrl(model) }, failing: { base_url: modelUrl(failing) } }
  const models = [
    { name: 'simulated-large', server: 'good' },
    { name: 'failing', server: 'failing' },
  ]
  await writeFile(file, JSON.stringify({ servers, models }))
  const fleet = await startFleet({
    model: modelUrl(model),
    env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_SHADOW_CONCURRENCY: '500' },
  })
  try {
    const { project, call } = fleet
    const changed = await project.ask<{ revisions: { id: string }[] }>(
      `/task/${project.task}`,
      taskLike('bench', { llm_model_id: 'failing' }),
    )
    const revision = changed.revisions[0]?.id ?? ''
    const shadow = { revision, share: 1, max_credits_per_day: null }
    const url = call.url.replace(/run$/, 'shadow')
    say('calls that do not count, until costs have stopped falling')
    await load(call, { connections: 8, amount: quick ? QUICK_WARM_UP : WARM_UP })
    let made = 0
    const pass = async (way: (typeof WAYS)[number], round: number): Promise<Load> => {
      if (way === 'on') await project.ask(`/task/${project.task}/shadow`, shadow)
      // Within a second every process knows of it.
      await pause(1200)
      const seen = await load(call, {
        connections: 32,
        amount: quick ? QUICK_CALLS : CALLS,
        rate: PER_SECOND,
      })
      if (way === 'on') {
        const { pairs } = await project.ask<{ pairs: number }>(`/task/${project.task}/shadow`)
        made = pairs
        await fetch(url, { method: 'DELETE', headers: project.headers })
        await pause(QUIET_MS)
      }
      say(`round ${round}, ${way}: p50 ${seen.p50.toFixed(2)} ms, p99 ${seen.p99.toFixed(2)} ms`)
      return seen
    }
    const seen = await takeTurns(WAYS, quick ? QUICK_ROUNDS : ROUNDS, pass)
    // Of single rounds the slowest calls say more of the machine than of what it does.
    const judge = (figure: 'p50' | 'p99') => {
      const [one = 0, again = 0, on = 0] = seen.map((loads) => median(loads.map((each) => each[figure])))
      const growth = growthOf({ same: [[one], [again]], others: [[on]] })
      return judgeGrowth(`${figure} of callers’ runs beside a shadow`, growth, WANTED_GROWTH)
    }
    return {
      title: `Callers' runs, ${PER_SECOND} a second, and beside each a shadow that is ten times slower and fails`,
      table: {
        head: ['shadow', 'p50 ms', 'p95 ms', 'p99 ms'],
        rows: WAYS.map((way, at) => [
          way,
          ...(['p50', 'p95', 'p99'] as const).map((figure) =>
            median((seen[at] ?? []).map((each) => each[figure])).toFixed(2),
          ),
        ]),
      },
      statements: [
        judge('p50'),
        judge('p99'),
        {
          text: `shadow runs that ended while callers ran, in all rounds: ${made} (wanted: some)`,
          holds: made > 0,
        },
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
    await failing.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

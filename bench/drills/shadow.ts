import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Drill } from '../drill.ts'
import { startFleet, taskLike } from '../fleet.ts'
import { judgeSpread } from '../judge.ts'
import { load, percentileOf } from '../load.ts'
import { modelUrl, startModel, startTroubledModel } from '../model-process.ts'
import { spreadOf, takeTurns } from '../turns.ts'

const MODEL_MS = 20
const PER_SECOND = 50
/** Of each pass, those that count, and those before them: until as many shadow runs are under way as there are going to be. */
const CALLS = 650
const LEAD = 120
const QUICK_CALLS = 60
/** A multiple of the ways: each way comes as often after each other. */
const ROUNDS = 20
const QUICK_ROUNDS = 2
const WARM_UP = 3000
/** With a shadow. */
const WARM_UP_ON = 500
const QUICK_WARM_UP = 200
const WANTED_GROWTH = 1.05
/** Of the shadow runs of a pass: the last are under way when it ends, since each takes some seconds. */
const WANTED_MADE = 0.75
/** Within a second every process knows of a shadow, or that there is none. */
const KNOWN_MS = 1200

const WAYS = ['off', 'on'] as const
const FIGURES = { p50: 0.5, p95: 0.95, p99: 0.99 }
type Figure = keyof typeof FIGURES

/** Of several rounds together: of one alone, the slowest calls are a handful, and what the machine did then. */
function figureOf(figure: Figure, rounds: readonly (readonly number[])[]): number {
  return percentileOf(Float64Array.from(rounds.flat()).sort(), FIGURES[figure])
}

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
    await project.ask(`/task/${project.task}/shadow`, shadow)
    await load(call, { connections: 32, amount: quick ? QUICK_CALLS : WARM_UP_ON, rate: PER_SECOND })
    await fetch(url, { method: 'DELETE', headers: project.headers })
    const counts = { wanted: 0, pairs: 0 }
    const pairs = async () => (await project.ask<{ pairs: number }>(`/task/${project.task}/shadow`)).pairs
    async function pass(way: (typeof WAYS)[number], round: number): Promise<number[]> {
      if (way === 'on') await project.ask(`/task/${project.task}/shadow`, shadow)
      await pause(KNOWN_MS)
      const before = way === 'on' ? await pairs() : 0
      const times: number[] = []
      const lead = quick ? 0 : LEAD
      const amount = quick ? QUICK_CALLS : LEAD + CALLS
      const onCall = (ms: number, at: number) => void (at >= lead && times.push(ms))
      await load(call, { connections: 32, amount, rate: PER_SECOND, onCall })
      if (way === 'on') {
        counts.pairs += (await pairs()) - before
        counts.wanted += amount
        await fetch(url, { method: 'DELETE', headers: project.headers })
      }
      const [p50, p99] = [figureOf('p50', [times]), figureOf('p99', [times])]
      say(`round ${round}, ${way}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`)
      return times
    }
    const seen = await takeTurns(WAYS, quick ? QUICK_ROUNDS : ROUNDS, pass, { rotating: true })
    const judge = (figure: Figure) => {
      const spread = spreadOf(seen, ([off = [], on = []]) => figureOf(figure, on) / figureOf(figure, off))
      return judgeSpread(`${figure} of callers’ runs beside a shadow`, spread, WANTED_GROWTH)
    }
    const names = Object.keys(FIGURES) as Figure[]
    return {
      title: `Callers' runs, ${PER_SECOND} a second, and beside each a shadow that is ten times slower and fails`,
      table: {
        head: ['shadow', ...names.map((figure) => `${figure} ms`)],
        rows: WAYS.map((way, at) => [
          way,
          ...names.map((figure) => figureOf(figure, seen[at] ?? []).toFixed(2)),
        ]),
      },
      statements: [
        judge('p50'),
        judge('p99'),
        {
          text: `shadow runs that ended while callers ran: ${counts.pairs} of ${counts.wanted} (wanted: ${WANTED_MADE * 100} %; the others were under way)`,
          holds: quick ? null : counts.pairs >= counts.wanted * WANTED_MADE,
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

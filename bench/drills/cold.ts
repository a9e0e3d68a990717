import type { Drill } from '../drill.ts'
import { startFleet } from '../fleet.ts'
import { unclear } from '../judge.ts'
import { load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { SUBJECTS } from '../subjects.ts'

const STARTS = 10
const QUICK_STARTS = 2
const MODEL_MS = 100
const WANTED_MS = 100
/** A bare app's first call takes a fraction of that; where it takes more than this, everything is slow. */
const BARE = 'express + openai'
const BARE_MAX_MS = 0.3 * WANTED_MS
/** Of the runs that follow each other, those that are shown. */
const SHOWN = [1, 2, 3, 10]

/** The first runs of an API and a worker process that just started: what they take beyond the model. */
export const drillCold: Drill = async ({ quick, say }) => {
  const model = await startModel(MODEL_MS)
  // The setting up is another process's: those that are measured have never seen a request.
  const fleet = await startFleet({ model: modelUrl(model), workers: 0 })
  try {
    await load(
      { url: `${modelUrl(model)}/chat/completions`, headers: {}, body: '{}' },
      { connections: 1, amount: 5 },
    )
    const startBare = SUBJECTS[BARE]
    const starts: { ready: number; added: number[]; bare: number }[] = []
    for (let each = 0; each < (quick ? QUICK_STARTS : STARTS); each += 1) {
      const began = performance.now()
      const [worker, api] = await Promise.all([fleet.start('worker'), fleet.start('api')])
      const ready = performance.now() - began
      const added: number[] = []
      const call = fleet.project.run(api.port)
      for (let run = 1; run <= Math.max(...SHOWN); run += 1) {
        added.push((await load(call, { connections: 1, amount: 1 })).mean - MODEL_MS)
      }
      await worker.stop()
      await api.stop()
      const subject = await startBare?.(modelUrl(model))
      const bare = subject ? (await load(subject.call, { connections: 1, amount: 1 })).mean - MODEL_MS : 0
      for (const each of subject?.processes ?? []) await each.stop()
      starts.push({ ready, added, bare })
      say(
        `start ${each + 1}: up after ${ready.toFixed(0)} ms, the first run ${added[0]?.toFixed(0)} ms beyond the model, ${bare.toFixed(0)} of ${BARE}`,
      )
    }
    const rows = [
      { name: 'both processes up', figures: starts.map(({ ready }) => ready) },
      ...SHOWN.map((run) => ({
        name: `run ${run}, beyond the model`,
        figures: starts.map(({ added }) => added[run - 1] ?? 0),
      })),
      { name: `run 1 of ${BARE}`, figures: starts.map(({ bare }) => bare) },
    ]
    const first = rows[1]?.figures ?? []
    const text = `the first run adds ${median(first).toFixed(0)} ms (median of ${first.length} starts; wanted: under ${WANTED_MS})`
    const bare = median(starts.map((start) => start.bare))
    const isSlow = bare > BARE_MAX_MS
    return {
      title: 'The first runs after a start, API and worker together',
      table: {
        head: ['ms', 'median', 'at most'],
        rows: rows.map(({ name, figures }) => [
          name,
          median(figures).toFixed(0),
          Math.max(...figures).toFixed(0),
        ]),
      },
      statements: [
        isSlow && median(first) >= WANTED_MS
          ? unclear(text, `the first call of ${BARE} added ${bare.toFixed(0)} ms`)
          : { text, holds: median(first) < WANTED_MS },
      ],
    }
  } finally {
    await fleet.stop()
    await model.stop()
  }
}

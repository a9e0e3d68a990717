import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Drill, Statement } from '../drill.ts'
import { type Fleet, type Project, startFleet, taskLike } from '../fleet.ts'
import { unclear } from '../judge.ts'
import { type Load, load } from '../load.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel, startTroubledModel, TROUBLES } from '../model-process.ts'

const QUEUED = 3000
const QUICK_QUEUED = 300
const CALLS = 300
const ROUNDS = 3
const MODEL_MS = 20
/** So many runs are submitted at a time. */
const AT_ONCE = 50
/** Calls that do not count. */
const WARM_UP = 5000
/** How long the models in trouble are left to it before the healthy one is measured, in ms. */
const SETTLE_MS = 5000
const WANTED_GROWTH = 1.2
const WANTED_SCRIPTS = 3

/** As in the models file: what the fleet keeps to by itself, so that most runs in trouble wait for a limit. */
const LIMITS: Readonly<Record<string, object>> = {
  'simulated-large': { requests_per_minute: 600_000, tokens_per_minute: 100_000_000, concurrent: 90 },
  saturated: { requests_per_minute: 1200, concurrent: 20 },
  hanging: { concurrent: 20 },
  refusing: { requests_per_minute: 1200 },
  limited: { requests_per_minute: 1200, tokens_per_minute: 10_000_000, concurrent: 20 },
}
const WAYS = ['no limits', 'limits'] as const
type Way = (typeof WAYS)[number]

/**
 * A healthy model beside four in trouble, each with thousands of runs queued by another project: what a run of the healthy
 * one takes alone and beside them, and how many scripts a run that waits costs; without limits, and with limits of all
 * models.
 */
export const drillIsolation: Drill = async ({ quick, say }) => {
  const seen: Measured[] = []
  for (const way of WAYS)
    seen.push(await measure(way, quick ? QUICK_QUEUED : QUEUED, (line) => say(`${way}: ${line}`)))
  return {
    title: `A healthy model beside ${TROUBLES.length} in trouble, each with ${quick ? QUICK_QUEUED : QUEUED} runs queued by another project`,
    table: {
      head: ['', 'p50 ms', 'p95 ms', 'p99 ms'],
      rows: seen.flatMap(({ way, alone, beside }) => [
        [`${way}: alone`, figure(alone, 'p50'), figure(alone, 'p95'), figure(alone, 'p99')],
        [`${way}: beside them`, figure(beside, 'p50'), figure(beside, 'p95'), figure(beside, 'p99')],
      ]),
    },
    statements: seen.flatMap(({ way, alone, beside, scriptsPerRun }) => [
      judge(way, alone, beside, 'p50'),
      judge(way, alone, beside, 'p99'),
      {
        text: `${way}: scripts per run that waits: ${scriptsPerRun.toFixed(2)} (wanted: at most ${WANTED_SCRIPTS})`,
        holds: scriptsPerRun <= WANTED_SCRIPTS,
      },
    ]),
  }
}

interface Measured {
  readonly way: Way
  readonly alone: readonly Load[]
  readonly beside: readonly Load[]
  readonly scriptsPerRun: number
}

async function measure(way: Way, queued: number, say: (line: string) => void): Promise<Measured> {
  const healthy = await startModel(MODEL_MS)
  const troubled = await Promise.all(TROUBLES.map(startTroubledModel))
  const folder = await mkdtemp(join(tmpdir(), 'splitrun-isolation-'))
  const file = join(folder, 'models.json')
  const servers = Object.fromEntries(
    [healthy, ...troubled].map((model, at) => [`server-${at}`, { base_url: modelUrl(model) }]),
  )
  const models = ['simulated-large', ...TROUBLES].map((name, at) => ({
    ...{ name, server: `server-${at}` },
    ...(way === 'limits' && { limits: LIMITS[name] }),
  }))
  await writeFile(file, JSON.stringify({ servers, models }))
  const fleet = await startFleet({
    model: modelUrl(healthy),
    env: { SPLITRUN_MODELS_FILE: file, SPLITRUN_CONCURRENCY: '100' },
  })
  try {
    await load(fleet.call, { connections: 4, amount: WARM_UP })
    const one = () => load(fleet.call, { connections: 1, amount: CALLS })
    const alone: Load[] = []
    for (let round = 0; round < ROUNDS; round += 1) alone.push(await one())
    say(`alone: p50 ${figure(alone, 'p50')} ms, p99 ${figure(alone, 'p99')} ms`)

    const other = await fleet.createProject()
    const before = await scriptsOf(fleet)
    await submitAll(other, queued)
    say(`${queued} runs are queued on each of ${TROUBLES.join(', ')}`)
    await pause(SETTLE_MS)
    const beside: Load[] = []
    for (let round = 0; round < ROUNDS; round += 1) beside.push(await one())
    const scripts = (await scriptsOf(fleet)) - before
    say(`beside them: p50 ${figure(beside, 'p50')} ms, p99 ${figure(beside, 'p99')} ms`)
    // A run that waits for nothing is created, and settled.
    const scriptsPerRun = (scripts - 2 * ROUNDS * CALLS) / (queued * TROUBLES.length)
    return { way, alone, beside, scriptsPerRun }
  } finally {
    await fleet.stop()
    for (const model of [healthy, ...troubled]) await model.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function scriptsOf({ redis }: Fleet): Promise<number> {
  const { byName } = await redis.traffic()
  return (byName['evalsha'] ?? 0) + (byName['eval'] ?? 0)
}

type Figure = 'p50' | 'p95' | 'p99'
const figure = (loads: readonly Load[], name: Figure): string =>
  median(loads.map((each) => each[name])).toFixed(1)

function judge(way: Way, alone: readonly Load[], beside: readonly Load[], name: Figure): Statement {
  const [before, after] = [alone, beside].map((loads) => loads.map((each) => each[name]))
  const growth = median(after ?? []) / median(before ?? [])
  const noise = Math.max(...(before ?? [])) / Math.min(...(before ?? []))
  const text = `${way}: a run of the healthy model takes ${growth.toFixed(2)} times as long as alone at ${name} (wanted: at most ${WANTED_GROWTH})`
  if (growth <= WANTED_GROWTH) return { text, holds: true }
  return noise > WANTED_GROWTH
    ? unclear(text, `alone, rounds differed by ${noise.toFixed(2)} times`)
    : { text, holds: false }
}

async function submitAll(project: Project, amount: number): Promise<void> {
  for (const model of TROUBLES) {
    const task = await project.ask<{ id: string }>('/task', taskLike(model, { llm_model_id: model }))
    let left = amount
    const submit = async () => {
      for (; left > 0; ) {
        left -= 1
        await project.ask(`/task/${task.id}/run?wait=0`, {
          task_input: { text: 'I love this, it is great!' },
        })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, submit))
  }
}

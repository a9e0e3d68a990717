import type { Drill, DrillReport } from '../drill.ts'
import { judgeGrowth } from '../judge.ts'
import { median } from '../measure.ts'
import { modelUrl, startModel } from '../model-process.ts'
import { growthOf, takeTurns, undisturbed } from '../turns.ts'
import { type Drained, drain, finish } from './drain-backlog.ts'
import { openStage, type Stage } from './stage-backlog.ts'

const SMALLEST = 1000
const SIZES = [100_000, 1_000_000]
const QUICK_SIZES = [20_000]
const ROUNDS = 3
/** Repetitions of what takes some milliseconds: before anything counts, and in each round. */
const WARM_TRIES = 400
const TRIES = 41
/** The largest backlog may make a thing take so many times as long as the smallest. */
const GROWTH_MAX = 1.3
/** What is quicker than this differs by chance. */
const NOISE_MS = 1.5

/** Milliseconds, while nothing is drained. */
interface Looks {
  readonly firstPage: number
  readonly deepPage: number
  readonly tick: number
}

/** Whether runs that wait slow down the next ones: backlogs of several sizes side by side, the smallest one twice. */
export const drillBacklog: Drill = async ({ quick, say }) => {
  const model = await startModel(0)
  const stops = [() => model.stop()]
  try {
    const stages: Stage[] = []
    for (const size of [SMALLEST, ...(quick ? QUICK_SIZES : SIZES), SMALLEST]) {
      const stage = await openStage(size, modelUrl(model))
      stops.push(stage.close)
      stages.push(stage)
      say(`${size} runs wait, ${stage.queuedBytes.toFixed(0)} bytes each`)
    }
    const looks = await look(stages)
    say('pages and ticks are timed')
    const drained = await takeTurns(stages, ROUNDS, async (stage, round) => {
      const seen = await drain(stage, quick)
      say(`round ${round}: ${stage.size} waiting: ${seen.drainMs.toFixed(3)} ms for each that is drained`)
      return seen
    })
    const finishedBytes = await finish(stages[0] as Stage)
    return report(stages, looks, drained, finishedBytes)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

/** By stage and round; of each thing one stage after the other, again and again. */
async function look(stages: readonly Stage[]): Promise<Looks[][]> {
  const acts: Record<keyof Looks, (stage: Stage) => Promise<unknown>> = {
    firstPage: ({ firstPage }) => firstPage(),
    deepPage: ({ deepPage }) => deepPage(),
    tick: ({ backlog }) => backlog.tick(),
  }
  const seen: Partial<Record<keyof Looks, number[][]>> = {}
  const names = Object.keys(acts) as (keyof Looks)[]
  for (const name of names) await takeTurns(stages, WARM_TRIES, acts[name])
  for (const name of names) {
    const times = await takeTurns(stages, ROUNDS * TRIES, (stage) => timed(() => acts[name](stage)))
    seen[name] = times.map((all) =>
      Array.from({ length: ROUNDS }, (_, round) =>
        undisturbed(all.slice(round * TRIES, (round + 1) * TRIES)),
      ),
    )
  }
  const of = (name: keyof Looks, at: number, round: number) => seen[name]?.[at]?.[round] ?? Number.NaN
  return stages.map((_, at) =>
    Array.from({ length: ROUNDS }, (_, round) => ({
      firstPage: of('firstPage', at, round),
      deepPage: of('deepPage', at, round),
      tick: of('tick', at, round),
    })),
  )
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await act()
  return performance.now() - began
}

function report(
  stages: readonly Stage[],
  looks: readonly Looks[][],
  drained: readonly Drained[][],
  finishedBytes: number,
): DrillReport {
  const judge = <T>(what: string, seen: readonly T[][], value: (each: T) => number, floor = 0) => {
    const figures = seen.map((rounds) => rounds.map(value))
    const [one = [], again = []] = [figures.at(0), figures.at(-1)]
    const growth = growthOf({ same: [one, again], others: figures.slice(1, -1) }, floor)
    return judgeGrowth(`${what}, against ${SMALLEST} waiting`, growth, GROWTH_MAX)
  }
  const of = <T>(rounds: readonly T[] | undefined, value: (each: T) => number) =>
    median((rounds ?? []).map(value))
  return {
    title: 'Runs that wait in one project, one worker process, a model that answers at once',
    table: {
      head: [
        'runs waiting',
        'bytes of Redis: queued run',
        'finished run',
        'ms per run drained',
        'CPU ms: worker',
        'Redis',
        'run of another project ms',
        'first page ms',
        'deep page ms',
        "janitor's tick ms",
      ],
      rows: stages.map(({ size, queuedBytes }, at) => [
        at === stages.length - 1 ? `${size} again` : String(size),
        queuedBytes.toFixed(0),
        at === 0 ? finishedBytes.toFixed(0) : '-',
        of(drained[at], ({ drainMs }) => drainMs).toFixed(3),
        of(drained[at], ({ workerCpuMs }) => workerCpuMs).toFixed(3),
        of(drained[at], ({ redisCpuMs }) => redisCpuMs).toFixed(3),
        of(drained[at], ({ newcomerMs }) => newcomerMs).toFixed(1),
        of(looks[at], ({ firstPage }) => firstPage).toFixed(1),
        of(looks[at], ({ deepPage }) => deepPage).toFixed(1),
        of(looks[at], ({ tick }) => tick).toFixed(1),
      ]),
    },
    statements: [
      judge('a run', drained, ({ drainMs }) => drainMs),
      judge('the CPU of a run', drained, ({ workerCpuMs, redisCpuMs }) => workerCpuMs + redisCpuMs),
      judge("another project's run", drained, ({ newcomerMs }) => newcomerMs, NOISE_MS),
      judge('the first page of the list', looks, ({ firstPage }) => firstPage, NOISE_MS),
      judge('a deep page of the list', looks, ({ deepPage }) => deepPage, NOISE_MS),
      judge("the janitor's tick", looks, ({ tick }) => tick, NOISE_MS),
    ],
  }
}

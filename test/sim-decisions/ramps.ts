import { decideRollout, type RolloutPlan } from '../../src/decisions/rollouts/decide-rollout.ts'
import { eitherHarm, type Guard, guardEvidence } from '../../src/decisions/rollouts/guard.ts'
import { LATENCY, RATE, ratioScale } from '../../src/decisions/statistics/scales.ts'
import type { Stratum } from '../../src/decisions/statistics/stratum.ts'
import { type Distribution, levelDrawer, lognormal, randomNumbers, rate } from './draws.ts'
import { count, type Extent, type Figure, mostOf, percent, quantileOf } from './figure.ts'

const PLAN: RolloutPlan = {
  shares: [0.01, 0.05, 0.25, 0.5, 1],
  hold: 0,
  minRuns: 20,
  onHarm: 'rollback',
  onStall: 'pause',
  maxDuration: null,
  alpha: 0.05,
}
const FAILED: Guard = { metric: 'failed', good: 'low', tolerance: 0.02 }
const SLOWER: Guard = { metric: 'latency', good: 'low', tolerance: 1.25 }
const MOST_RUNS = 20_000
const RUNS_AN_HOUR = 2000
const BASE = lognormal(2, 0.8)
const SCALE = ratioScale(
  LATENCY,
  BASE.map((each) => each * 10_000),
)

interface Candidate {
  readonly fails: number
  readonly slower: number
}

interface Outcome {
  readonly action: 'complete' | 'rollback' | 'none'
  readonly runs: number
  readonly candidates: number
}

/** Rollouts by the very decisions of the server: how many end as they should, and after how many runs. */
export function ramps({ repetitions, seed }: Extent): Figure[] {
  const figures: Figure[] = []
  const table = 'rollouts, 1, 5, 25, 50, 100 %'
  const run = (base: number, candidate: Candidate) => {
    const random = randomNumbers(seed + 400 + figures.length)
    return Array.from({ length: repetitions }, () => ramp(base, candidate, random))
  }
  for (const [base, designed] of [
    [0.01, '100 %, 3,803 runs'],
    [0.05, 'not said'],
  ] as const) {
    const outcomes = run(base, { fails: base, slower: 1 })
    const back = outcomes.filter(({ action }) => action === 'rollback').length
    const completedBy = (most: number): number =>
      outcomes.filter(({ action, runs }) => action === 'complete' && runs <= most).length
    const completed = completedBy(10_000)
    figures.push({
      table,
      what: `identical, ${percent(base)} fail: completed within 10,000 runs, and after (p50)`,
      designed,
      measured: `${percent(completed / outcomes.length)}, ${count(
        quantileOf(
          outcomes.map(({ runs }) => runs),
          0.5,
        ),
      )} runs`,
      holds: base > 0.01 ? null : outcomes.length - completed <= mostOf(0.05, outcomes.length),
    })
    figures.push({
      table,
      what: `identical, ${percent(base)} fail: completed within 20,000 runs`,
      designed: base > 0.01 ? '98 %' : '100 %',
      measured: percent(completedBy(MOST_RUNS) / outcomes.length),
      holds: null,
    })
    figures.push({
      table,
      what: `identical, ${percent(base)} fail: rolled back`,
      designed: base > 0.01 ? '0.05 %' : '0 %',
      measured: percent(back / outcomes.length),
      holds: back <= mostOf(PLAN.alpha, outcomes.length),
    })
  }
  const at = run(0.01, { fails: 0.03, slower: 1.25 })
  const completed = at.filter(({ action }) => action === 'complete').length
  figures.push({
    table,
    what: 'exactly at every tolerance: completed',
    designed: '0 %',
    measured: percent(completed / at.length),
    holds: completed <= mostOf(PLAN.alpha, at.length),
  })
  const harms: [what: string, Candidate, designed: string, most: number | null][] = [
    ['always fails', { fails: 1, slower: 1 }, '2', 5],
    ['50 % fail', { fails: 0.5, slower: 1 }, '5', null],
    ['20 % fail', { fails: 0.2, slower: 1 }, '24', null],
    ['10 % fail', { fails: 0.1, slower: 1 }, '107', null],
    ['6 % fail', { fails: 0.06, slower: 1 }, '462', null],
    ['latency 1.5 times', { fails: 0.01, slower: 1.5 }, '206', null],
    ['latency 2 times', { fails: 0.01, slower: 2 }, '44', null],
    ['latency 4 times', { fails: 0.01, slower: 4 }, '17', null],
  ]
  for (const [what, candidate, designed, most] of harms) {
    const outcomes = run(0.01, candidate)
    const back = outcomes.filter(({ action }) => action === 'rollback')
    const runs = outcomes.map(({ action, candidates }) =>
      action === 'rollback' ? candidates : Number.POSITIVE_INFINITY,
    )
    const late = most === null ? 0 : runs.filter((each) => each > most).length
    figures.push({
      table,
      what: `${what}: rolled back, after so many of its runs (p50; p90)`,
      designed: `100 %; ${designed}`,
      measured: `${percent(back.length / outcomes.length)}; ${count(quantileOf(runs, 0.5))}; ${count(quantileOf(runs, 0.9))}`,
      holds: most === null ? back.length === outcomes.length : late <= mostOf(0.1, outcomes.length),
    })
  }
  return figures
}

const empty = (share: number, levels: number): Stratum & { baseline: number[]; candidate: number[] } => ({
  share,
  baseline: new Array<number>(levels).fill(0),
  candidate: new Array<number>(levels).fill(0),
})

/** One rollout. Decided after each of the candidate's first hundred runs, then as often as they are 4 % more. */
function ramp(base: number, { fails, slower }: Candidate, random: () => number): Outcome {
  const draws = [
    { fails: levelDrawer(rate(base)), takes: drawerOf(BASE) },
    { fails: levelDrawer(rate(fails)), takes: drawerOf(lognormal(2 * slower, 0.8)) },
  ] as const
  const periods: { failed: Stratum[]; latency: Stratum[] }[] = []
  let step = 0
  let [failed, latency] = [empty(PLAN.shares[0] ?? 0, 2), empty(PLAN.shares[0] ?? 0, SCALE.levels.length)]
  let candidates = 0
  let inStep = 0
  let nextLook = 1
  for (let run = 0; run < MOST_RUNS; run += 1) {
    const share = PLAN.shares[step] ?? 1
    const hour = Math.floor(run / RUNS_AN_HOUR)
    if (failed.share !== share || !periods[hour]) {
      failed = empty(share, 2)
      latency = empty(share, SCALE.levels.length)
      periods[hour] ??= { failed: [], latency: [] }
      periods[hour].failed.push(failed)
      periods[hour].latency.push(latency)
    }
    const label = random() < share ? 1 : 0
    const draw = draws[label]
    add(label ? failed.candidate : failed.baseline, draw.fails(random()))
    add(label ? latency.candidate : latency.baseline, draw.takes(random()))
    if (label === 0) continue
    candidates += 1
    inStep += 1
    if (candidates < nextLook) continue
    nextLook = candidates < 100 ? candidates + 1 : Math.ceil(candidates * 1.04)
    const next = PLAN.shares[step + 1] ?? 1
    const guards = [
      eitherHarm(
        guardEvidence(
          FAILED,
          RATE,
          periods.map((each) => each.failed),
          next,
        ),
        // All of them are done in time.
        guardEvidence(
          FAILED,
          RATE,
          periods.map((each) => each.failed.map(doneInTime)),
          next,
        ),
      ),
      guardEvidence(
        SLOWER,
        SCALE,
        periods.map((each) => each.latency),
        next,
      ),
    ]
    const seen = {
      ...{ now: 0, runs: inStep, guards, ratioAlarm: false, feedbackAlarm: null, tooFewKeys: null },
      lostGuard: null,
    }
    const { action } = decideRollout(PLAN, { status: 'running', step, goingSince: 0, stepBegan: 0 }, seen)
    if (action === 'complete' || action === 'rollback') return { action, runs: run + 1, candidates }
    if (action !== 'advance') continue
    step += 1
    inStep = 0
  }
  return { action: 'none', runs: Number.POSITIVE_INFINITY, candidates }
}

const doneInTime = ({ share, baseline, candidate }: Stratum): Stratum => {
  const all = (counts: ArrayLike<number>) => [(counts[0] ?? 0) + (counts[1] ?? 0), 0]
  return { share, baseline: all(baseline), candidate: all(candidate) }
}

const drawers = new Map<string, (random: number) => number>()
function drawerOf(distribution: Distribution): (random: number) => number {
  const name = distribution.join()
  const known = drawers.get(name) ?? levelDrawer(distribution)
  drawers.set(name, known)
  return known
}

const add = (counts: number[], level: number): void => {
  counts[level] = (counts[level] ?? 0) + 1
}

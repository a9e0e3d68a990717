import { LATENCY, RATE, ratioScale } from '../../src/decisions/statistics/scales.ts'
import type { Scale } from '../../src/decisions/statistics/stratum.ts'
import { ALPHA, crossings, type Duel, meanLevel } from './crossing.ts'
import { type Distribution, lognormal, pareto, rate, withTimeouts } from './draws.ts'
import { count, type Extent, type Figure, mostOf, percent, quantileOf } from './figure.ts'

const LOOKS = 20_000

/** From so many repetitions on, chance is no excuse for a figure that is missed. */
const MANY = 1000

/** As the server makes it once the baseline has runs: around what was typical. */
const latencyScale = (distribution: Distribution): Scale =>
  ratioScale(
    LATENCY,
    distribution.map((each) => each * 10_000),
  )

const LATENCIES: [name: string, Distribution, designed: string][] = [
  ['lognormal, sigma 0.5', lognormal(2, 0.5), '0.1 %'],
  ['lognormal, sigma 1', lognormal(2, 1), '1.3 %'],
  ['lognormal, sigma 1.5', lognormal(2, 1.5), '1.1 %'],
  ['lognormal, sigma 0.8, 0.1 % at 600 s', withTimeouts(lognormal(2, 0.8), 0.001, 600), '0.2 %'],
  ['Pareto, shape 2.5', pareto(1, 2.5), '0.1 %'],
]

const RATES: [p: number, designed: readonly string[]][] = [
  [0.5, ['2.7 %', '2.6 %', '2.5 %']],
  [0.05, ['2.6 %', '2.6 %', '2 %']],
  [0.01, ['1.1 %', '2.5 %', '1.8 %']],
  [0.002, ['0.6 %', '0.9 %', '0.7 %']],
]

/** How often identical revisions are told apart, and how often an interval ever misses the truth. */
export function falseVerdicts({ repetitions, seed }: Extent): Figure[] {
  const figures: Figure[] = []
  const add = (table: string, what: string, designed: string, duel: Duel) => {
    const wrong = crossings(duel, repetitions, seed + figures.length).filter(Number.isFinite).length
    figures.push({
      table,
      what,
      designed,
      measured: percent(wrong / repetitions),
      holds: wrong <= mostOf(ALPHA, repetitions),
    })
  }
  const identical = { delta: 0, runs: LOOKS }
  for (const [p, designed] of RATES) {
    for (const [at, share] of [0.5, 0.1, 0.05].entries()) {
      const duel = { ...identical, scale: RATE, baseline: rate(p), candidate: rate(p), share }
      add('false verdicts', `${percent(p)} fail, share ${percent(share)}`, designed[at] ?? '', duel)
    }
  }
  for (const [name, distribution, designed] of LATENCIES) {
    const duel = { ...identical, baseline: distribution, candidate: distribution, share: 0.05 }
    add('false verdicts', `latency, ${name}, share 5 %`, designed, {
      ...duel,
      scale: latencyScale(distribution),
    })
  }
  for (const [a, b] of [
    [0.5, 0.45],
    [0.05, 0.07],
    [0.01, 0.02],
  ] as const) {
    for (const share of [0.5, 0.05]) {
      const duel = { scale: RATE, baseline: rate(a), candidate: rate(b), share, delta: b - a, runs: LOOKS }
      add(
        'intervals that ever miss',
        `${percent(a)} and ${percent(b)} fail, share ${percent(share)}`,
        'at most 3.3 %',
        duel,
      )
    }
  }
  const [fast, slow] = [lognormal(2, 0.8), lognormal(2.4, 0.8)]
  const scale = latencyScale(fast)
  const delta = meanLevel(slow, scale.levels) - meanLevel(fast, scale.levels)
  const duel = { scale, baseline: fast, candidate: slow, share: 0.05, delta, runs: LOOKS }
  add('intervals that ever miss', 'latency 1.2 times, share 5 %', 'at most 3.3 %', duel)
  return figures
}

/** How many runs both revisions together need until a difference is found, beside a test that looks once. */
export function runsUntilFound({ repetitions, seed }: Extent): Figure[] {
  const rates = (
    [
      [0.5, 0.45, '3,696 / 6,763'],
      [0.2, 0.25, '2,502 / 4,442'],
      [0.05, 0.1, '1,040 / 1,716'],
      [0.05, 0.07, '5,558 / 9,023'],
      [0.01, 0.02, '6,044 / 9,294'],
    ] as const
  ).map(([a, b, designed]) => ({
    what: `${percent(a)} and ${percent(b)} fail`,
    designed,
    fixed: fixedHorizon((a * (1 - a) + b * (1 - b)) / (b - a) ** 2),
    duel: { scale: RATE, baseline: rate(a), candidate: rate(b) },
  }))
  const sigma = 0.8
  const latencies = (
    [
      [1.1, '2,759 / 4,420'],
      [1.2, '889 / 1,376'],
      [1.5, '320 / 414'],
    ] as const
  ).map(([ratio, designed]) => {
    const [baseline, candidate] = [lognormal(2, sigma), lognormal(2 * ratio, sigma)]
    return {
      what: `latency ${ratio} times`,
      designed,
      fixed: fixedHorizon((2 * sigma ** 2) / Math.log(ratio) ** 2),
      duel: { scale: latencyScale(baseline), baseline, candidate },
    }
  })
  return [...rates, ...latencies].map(({ what, designed, fixed, duel }, at) => {
    const found = crossings({ ...duel, share: 0.5, delta: 0, runs: 4 * fixed }, repetitions, seed + 100 + at)
    const within = found.filter((runs) => runs <= 2.3 * fixed).length
    return {
      table: 'runs until found, 50 % / 80 % of the time',
      what: `${what}; looking once: ${count(fixed)}`,
      designed,
      measured: `${count(quantileOf(found, 0.5))} / ${count(quantileOf(found, 0.8))}`,
      // 80 % within 2.3 times of what a test needs that looks once. Many repetitions have to reach it themselves.
      holds:
        repetitions >= MANY ? within >= 0.8 * repetitions : repetitions - within <= mostOf(0.2, repetitions),
    }
  })
}

/** Runs of both that a z-test needs at 5 % and with a power of 80 %. */
const fixedHorizon = (varianceByEffect: number): number =>
  Math.round(2 * (1.959964 + 0.841621) ** 2 * varianceByEffect)

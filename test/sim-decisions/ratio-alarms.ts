import { ALARM, sampleRatioFactor } from '../../src/decisions/statistics/sample-ratio.ts'
import { randomNumbers } from './draws.ts'
import { count, type Extent, type Figure, mostOf, percent, quantileOf } from './figure.ts'

const LOOKS = 20_000

/** How often counts that are drawn as they should be alarm, and how soon others do. */
export function ratioAlarms({ repetitions, seed }: Extent): Figure[] {
  const table = 'sample ratio'
  const figures: Figure[] = [0.5, 0.1, 0.01].map((share, at) => {
    const wrong = alarms(share, share, repetitions, seed + 200 + at).filter(Number.isFinite).length
    return {
      table,
      what: `false alarms, share ${percent(share)}`,
      designed: 'at most 0.15 %',
      measured: percent(wrong / repetitions),
      holds: wrong <= mostOf(1 / ALARM, repetitions),
    }
  })
  const found = alarms(0.5, 0.45, repetitions, seed + 210)
  const late = found.filter((runs) => runs > 2700).length
  figures.push({
    table,
    what: '45 / 55 instead of 50 / 50: runs until found, 50 % / 80 % of the time',
    designed: '2,077 / 2,700',
    measured: `${count(quantileOf(found, 0.5))} / ${count(quantileOf(found, 0.8))}`,
    holds: late <= mostOf(0.2, repetitions),
  })
  return figures
}

function alarms(share: number, drawn: number, repetitions: number, seed: number): number[] {
  const random = randomNumbers(seed)
  return Array.from({ length: repetitions }, () => {
    let evidence = 1
    let candidates = 0
    for (let run = 0; run < LOOKS; run += 1) {
      const isCandidate = random() < drawn
      evidence *= isCandidate
        ? sampleRatioFactor(share, candidates, run)
        : sampleRatioFactor(1 - share, run - candidates, run)
      if (isCandidate) candidates += 1
      if (evidence >= ALARM) return run + 1
    }
    return Number.POSITIVE_INFINITY
  })
}

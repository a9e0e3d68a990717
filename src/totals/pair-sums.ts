import type { ComparedRun } from './comparison-sums.ts'
import { PAIRED, type PairedMetric, type ShadowDelta } from './delta.ts'
import { PER_OCTAVE } from './histogram.ts'
import { joinName, rollupHour, type SumsOf } from './rollup.ts'

/** Stands before the revision of a shadow where the number of a split stands otherwise. */
const SHADOW = 'shadow:'

export const shadowIn = (text: string): string | null =>
  text.startsWith(SHADOW) ? text.slice(SHADOW.length) : null

/** What differs by more than a factor of 256 counts as that: one pair must not outweigh all others. */
const MOST_OCTAVES = 8

/** The largest difference of a metric that is counted as it is; the smallest is the same below 0. */
export const mostOf = (metric: PairedMetric): number => {
  if (metric === 'failed' || metric === 'invalid') return 1
  return metric === 'latency' ? MOST_OCTAVES : MOST_OCTAVES * PER_OCTAVE
}

/** What a shadow run has more than the run that it was made beside. */
export function differencesOf(run: ComparedRun, shadow: ComparedRun): Record<PairedMetric, number> {
  const of = (metric: PairedMetric): number => {
    const most = mostOf(metric)
    return Math.max(-most, Math.min(most, shadow[metric] - run[metric]))
  }
  return Object.fromEntries(PAIRED.map((metric) => [metric, of(metric)])) as Record<PairedMetric, number>
}

/**
 * Adds a shadow run to the sums of `project/task/revision/shadow:<revision>` of an hour: `pairs` and
 * `pair:<metric>:<difference>`, or `dropped:<why>`; and to the metrics of its own revision.
 */
export function addPair(delta: ShadowDelta, sumsOf: SumsOf): void {
  const { project, task, revision, shadow, hasSeries, ended, credits, dropped, differences } = delta
  const name = joinName([project, task, revision, `${SHADOW}${shadow}`])
  const sums = sumsOf(name, { kind: 'hour', text: rollupHour(ended) })
  const ever = hasSeries ? sumsOf(joinName([project, task, shadow]), null) : null
  ever?.add('shadow:credits', credits)
  ever?.add(`shadow:${dropped ?? 'paired'}`, 1)
  sums.add('credits', credits)
  if (dropped) sums.add(`dropped:${dropped}`, 1)
  if (!differences) return
  sums.add('pairs', 1)
  for (const metric of PAIRED) sums.add(`pair:${metric}:${differences[metric]}`, 1)
}

import type { Shown } from '../platform/shown.ts'
import type { RevisionComparison } from './compare-revisions.ts'
import type { comparisonResponse } from './comparison-response.ts'
import { RATIOS } from './hour-counts.ts'
import { sentenceOf } from './sentence.ts'
import type { Compared } from './verdict.ts'

/** What the metrics' values are on the wire: credits and not millionths of them. */
const FACTORS: Record<string, number> = { cost: 1e-6 }

const NOTHING = 'There is nothing to compare: one revision has all traffic.'

const isRatio = ({ metric }: Compared): boolean => metric.name in RATIOS

/** A comparison on the wire. */
export function presentComparison(
  { baseline, since, splits, sticky, sampleRatio, excluded, shares, shadowRuns, ...rest }: RevisionComparison,
  { primary, alpha }: { readonly primary: string; readonly alpha: number },
): Shown<typeof comparisonResponse> {
  const revisions = rest.revisions.map((each, at) => ({ ...each, name: nameOf(at + 1) }))
  // A shadow that has traffic, too, has one name.
  const others = rest.pairs.filter(({ revision }) => !revisions.some((each) => each.revision === revision))
  const pairs = rest.pairs.map((each) => {
    const known = revisions.find(({ revision }) => revision === each.revision)
    return { ...each, name: known?.name ?? nameOf(revisions.length + 1 + others.indexOf(each)) }
  })
  const sentences = [
    ...revisions.flatMap(({ name, metrics }) => summaryOf(name, metrics, primary, !sampleRatio.alarm)),
    // Pairs need no split.
    ...pairs.flatMap(({ name, metrics }) => summaryOf(`${name} as a shadow`, metrics, primary, true)),
  ]
  return {
    ...{ baseline, splits, alpha, primary },
    since: new Date(since).toISOString(),
    unit: sticky ? 'key' : 'run',
    sample_ratio: {
      alarm: sampleRatio.alarm,
      evidence: sampleRatio.evidence,
      feedback_alarm: sampleRatio.feedbackAlarm,
    },
    excluded: {
      pinned: excluded.pinned,
      fallback_asked: excluded.fallbackAsked,
      shadow: shadowRuns,
      repeated: excluded.repeated,
    },
    left_out: rest.leftOut,
    revisions: revisions.map(({ name, revision, runs, metrics }) => ({
      name,
      task_revision_id: revision,
      runs,
      share: shares.get(revision) ?? 0,
      metrics: Object.fromEntries(metrics.map((each) => [each.metric.name, presentMetric(each)])),
    })),
    pairs: pairs.map(({ name, revision, pairs: n, dropped, metrics }) => ({
      ...{ name, task_revision_id: revision, pairs: n, dropped },
      metrics: Object.fromEntries(metrics.map((each) => [each.metric.name, presentPaired(each)])),
    })),
    summary: [...new Set(sentences)].join(' ') || NOTHING,
  }
}

const nameOf = (at: number): string => String.fromCharCode('A'.charCodeAt(0) + at)

function presentMetric(compared: Compared) {
  const { metric, n, estimate, interval, difference, differenceInterval, ...rest } = compared
  const factor = FACTORS[metric.name] ?? 1
  return {
    n,
    estimate: estimate === null ? null : estimate * factor,
    interval: [interval[0] * factor, interval[1] * factor] as [number, number],
    difference,
    difference_interval: [...differenceInterval] as [number, number],
    unit: isRatio(compared) ? ('ratio' as const) : ('points' as const),
    tolerance: metric.tolerance,
    ...rest,
  }
}

function presentPaired(compared: Compared) {
  const { estimate: _, interval: __, method: ___, ...shown } = presentMetric(compared)
  return shown
}

/** What the primary metric says, and each other that is decided. */
function summaryOf(
  name: string,
  metrics: readonly Compared[],
  primary: string,
  runsAreSplit: boolean,
): string[] {
  const said = metrics.filter(
    ({ metric, verdict }) => metric.name === primary || verdict === 'better' || verdict === 'worse',
  )
  const first = said.toSorted((a, b) => Number(b.metric.name === primary) - Number(a.metric.name === primary))
  return first.map((each) => sentenceOf(name, each, isRatio(each), runsAreSplit))
}

import type { NotedTask } from '../decisions/verdicts/verdict-notes.ts'
import { type Family, LabelledSums } from './family.ts'

/** The families of what comparisons say of revisions, beside the one with the largest share. */
export function verdictFamilies(noted: readonly NotedTask[]): Family[] {
  const verdict = new LabelledSums(
    'splitrun_comparison_verdict',
    'Always 1: what a metric of a revision is, beside the one with the largest share: better, worse, no_difference or undecided; from drawn runs, or from pairs with shadow runs.',
    'gauge',
  )
  const difference = new LabelledSums(
    'splitrun_comparison_difference',
    'Its difference, or its ratio for latency, cost and tokens: the estimate, and the ends of an interval that holds at all times.',
    'gauge',
  )
  for (const { project, task, verdicts } of noted) {
    for (const { revision, of, metric, verdict: is, difference: estimate, interval } of verdicts) {
      const labels = { project, task, revision, of, metric }
      verdict.add({ ...labels, verdict: is }, 1)
      if (estimate === null) continue
      difference.add({ ...labels, bound: 'estimate' }, estimate)
      difference.add({ ...labels, bound: 'low' }, interval[0])
      difference.add({ ...labels, bound: 'high' }, interval[1])
    }
  }
  return [verdict.family(), difference.family()]
}

import type { LimitUsage } from '../models/limits/limit-usage.ts'
import { type Family, LabelledSums } from './family.ts'

/** The limits that the fleet keeps together, and how far they are used. None where none is configured. */
export function limitFamilies(usages: readonly LimitUsage[]): Family[] {
  if (usages.length === 0) return []
  const most = new LabelledSums(
    'splitrun_limit_most',
    'A limit of a model or a server: units a minute, or calls in flight.',
    'gauge',
  )
  const left = new LabelledSums(
    'splitrun_limit_left',
    'What is left of it now: of a minute for rates, below 0 for a debt.',
    'gauge',
  )
  const refused = new LabelledSums('splitrun_limit_refusals_total', 'How often a call had to wait for it.')
  for (const { type, name, limit, ...usage } of usages) {
    const labels = { type, name, limit }
    most.add(labels, usage.most)
    left.add(labels, usage.left)
    refused.add(labels, usage.refused)
  }
  return [most.family(), left.family(), refused.family()]
}

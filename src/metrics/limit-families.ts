import type { EstimateUsage, LimitUsage, LimitWait } from '../models/limits/limit-usage.ts'
import { type Family, LabelledSums } from './family.ts'

/** The limits that the fleet keeps together, and how far they are used. None where none is configured. */
export function limitFamilies({
  limits,
  waits,
  estimates,
}: {
  readonly limits: readonly LimitUsage[]
  readonly waits: readonly LimitWait[]
  readonly estimates: readonly EstimateUsage[]
}): Family[] {
  if (limits.length === 0) return []
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
  for (const { type, name, limit, ...usage } of limits) {
    const labels = { type, name, limit }
    most.add(labels, usage.most)
    left.add(labels, usage.left)
    refused.add(labels, usage.refused)
  }
  const waiting = new LabelledSums(
    'splitrun_limit_waiting',
    'Always 1: a project whose calls wait for the limit now.',
    'gauge',
  )
  for (const { type, name, limit, project } of waits) waiting.add({ type, name, limit, project }, 1)
  const reserved = new LabelledSums(
    'splitrun_limit_reserved_tokens_total',
    'Tokens that calls of a limited model or server were expected to use.',
  )
  const used = new LabelledSums('splitrun_limit_used_tokens_total', 'Tokens that the same calls really used.')
  for (const { type, name, ...estimate } of estimates) {
    reserved.add({ type, name }, estimate.reserved)
    used.add({ type, name }, estimate.used)
  }
  return [most, left, refused, waiting, reserved, used].map((each) => each.family())
}

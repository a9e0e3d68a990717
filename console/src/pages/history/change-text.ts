import type { TrafficChange } from '@splitrun/client'
import { metricName } from '../../parts/revisions/metric-words.ts'

const ACTIONS: Readonly<Record<string, string>> = {
  start: 'a rollout began',
  advance: 'a rollout went a step on',
  complete: 'a rollout was completed',
  rollback: 'a rollout was rolled back',
}
const REASONS: Readonly<Record<string, string>> = {
  harm: 'harm',
  safe: 'no guard is exceeded',
  sample_ratio: 'runs were not split as the weights say',
  max_duration: 'its time was over',
}

/** Why weights were changed, in words. */
export function changeText({ reason, evidence }: Pick<TrafficChange, 'reason' | 'evidence'>): string {
  const said = (name: string): string => String(evidence?.[name] ?? '')
  switch (reason) {
    case 'created':
      return 'the task was made'
    case 'imported':
      return 'the task was imported'
    case 'restored':
      return `the weights of change ${said('seq')} were given again`
    case 'rollout': {
      const why = REASONS[said('why')]
      const metric = said('metric')
      const cause = why && metric ? `${why} in “${metricName(metric)}”` : why
      return (ACTIONS[said('action')] ?? 'a rollout changed them') + (cause ? `: ${cause}` : '')
    }
    default:
      return 'the traffic was split anew'
  }
}

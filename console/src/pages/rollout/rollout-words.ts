import type { Rollout } from '@splitrun/client'
import { count, duration, percent } from '../../parts/figures.ts'
import { isRatio, metricName } from '../../parts/revisions/metric-words.ts'

/** Whether it still decides about the weights. */
export const isOpen = ({ status }: Pick<Rollout, 'status'>): boolean =>
  status === 'running' || status === 'paused'

/** What a status is called. */
export const STATUSES: Readonly<Record<Rollout['status'], string>> = {
  running: 'goes on',
  paused: 'is paused',
  completed: 'is complete',
  rolled_back: 'was rolled back',
  superseded: 'was ended by another change of weights',
}

const REASONS: Readonly<Record<string, string>> = {
  started: 'it was started',
  safe: 'the evidence allowed it',
  harm: 'of harm',
  sample_ratio: 'the runs were not split as the weights say',
  max_duration: 'its time was over',
  asked: 'somebody asked for it',
  superseded: 'of another change of weights',
}

/** Why it has its status. */
export function reasonText({ why, metric }: Pick<Rollout, 'why' | 'metric'>): string {
  if (why === 'sample_ratio' && metric) return `because ${UNEVEN_FEEDBACK}`
  return `because ${REASONS[why] ?? why}${why === 'harm' && metric ? ` in “${metricName(metric)}”` : ''}`
}

const UNEVEN_FEEDBACK = 'feedback did not come of the revisions as the weights say'

/** What a running rollout waits for, or what it will do when a worker looks next. */
export function waitText(rollout: Rollout): string {
  const { next, step_began: began, hold, runs, min_runs: least, shares, step } = rollout
  const metric = next.metric === null ? '' : `“${metricName(next.metric)}”`
  switch (next.why) {
    case 'hold': {
      const left = Math.max(0, Date.parse(began) + hold * 1000 - Date.now())
      return `It waits until this step has lasted ${duration(hold * 1000)}: ${duration(left)} more.`
    }
    case 'min_runs':
      return `It waits for runs: ${count(runs)} of the ${count(least)} that this step takes have ended.`
    case 'too_few_keys':
      return `It waits for more keys: callers send split_key, and too few of them say something of ${metric}.`
    case 'guard_lost':
      return `It waits, since ${metric} is no longer declared as it was: complete it or roll it back by hand.`
    case 'too_many_totals':
      return 'It waits, since more totals than the server reads at a time would have to be read. Complete it or roll it back by hand.'
    case 'evidence':
      return `It waits for evidence on ${metric} that the next share does no more harm than its bound.`
    case 'safe':
      return next.action === 'complete'
        ? 'The evidence is there: it is completed when a worker looks next, within seconds.'
        : `The evidence is there: its share becomes ${percent(shares[step + 1] ?? 1)} when a worker looks next, within seconds.`
    case 'harm':
      return `${metric} exceeds its bound: it ${ACTIONS[next.action] ?? 'changes'} when a worker looks next, within seconds.`
    case 'not_running':
      return ''
    default:
      return `It ${ACTIONS[next.action] ?? 'changes'} when a worker looks next, ${reasonText(next)}.`
  }
}

const ACTIONS: Readonly<Record<string, string>> = { rollback: 'is rolled back', pause: 'pauses' }

/** How much of a metric may be lost. */
export function boundText(metric: string, bound: number): string {
  if (isRatio(metric)) return `at most ${bound} times as much`
  const points = Number((bound * 100).toPrecision(6))
  return `at most ${points} ${points === 1 ? 'point' : 'points'} worse`
}

/** How far evidence has come on its way to what it takes, from 0 to 1: evidence multiplies, so by its logarithm. */
export function evidenceShare(evidence: number, needed: number): number {
  if (evidence <= 1) return 0
  return Math.min(1, Math.log(evidence) / Math.log(needed))
}

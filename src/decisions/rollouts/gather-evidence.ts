import { DAY_MS, HOUR_MS } from '../../platform/date-span.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { RunStore } from '../../runs/store/run-store.ts'
import type { Rollout } from '../../tasks/split/rollout.ts'
import type { TrafficChange } from '../../tasks/split/split.ts'
import type { Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { RollupStore, Totals } from '../../totals/rollup-store.ts'
import { betOnKeys, betOnRuns, hasKeys, ratioOf, scaleOf } from '../compare.ts'
import { sharesOf } from '../compare-revisions.ts'
import { addTotals, countedAs, countsOf } from '../hour-counts.ts'
import { ALARM } from '../statistics/sample-ratio.ts'
import { RATE } from '../statistics/scales.ts'
import type { Stratum } from '../statistics/stratum.ts'
import type { Metric } from '../verdict.ts'
import type { RolloutEvidence } from './decide-rollout.ts'
import { eitherHarm, type GuardEvidence, guardEvidence, noEvidence } from './guard.ts'
import { presentGuards } from './guards-of.ts'
import { betOnLateKeys, findHungRuns, timelyBucket, timelyCounts } from './late-runs.ts'
import { DONE_WITHIN } from './rollout-input.ts'

export interface GatherEvidenceDeps {
  readonly tasks: TaskStore
  readonly rollups: RollupStore
  readonly runs: Pick<RunStore, 'running' | 'getHeads'>
  readonly reportRollupsMax: number
}

/** What says how runs are counted by a metric. */
type CountedMetric = Pick<Metric, 'name' | 'levels' | 'counted'>

/** What was typical is looked for so long before the rollout. */
const PAST_MS = 7 * DAY_MS
/** Most steps and pauses of one rollout that are looked at: each makes a split. */
const MOST_CHANGES = 100

/**
 * What is known of a rollout: from the runs that were drawn by its own splits, by the hour. Null when more would have to
 * be read than may be; then nothing is decided.
 */
export async function gatherEvidence(
  deps: GatherEvidenceDeps,
  task: Task,
  rollout: Rollout,
  now: number,
): Promise<RolloutEvidence | null> {
  const { from, to, first_split, shares, step } = rollout
  const range = { from: Date.parse(rollout.began) - PAST_MS, to: now }
  const found = await deps.rollups.hours(task.project_id, task.id, range, deps.reportRollupsMax)
  if (found === null) return null
  const hours = found.filter(({ shadow }) => !shadow)
  const changes = await deps.tasks.trafficHistory(task.project_id, task.id, null, MOST_CHANGES)
  const splits = stepsOf(changes, first_split).flatMap(({ seq, after, at }) => {
    const all = sharesOf(after)
    const [a = 0, b = 0] = [all.get(from), all.get(to)]
    const began = Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS
    return a > 0 && b > 0 ? [{ seq, began, share: b / (a + b) }] : []
  })
  const ofSplit = Map.groupBy(hours, ({ revision, split }) => `${split} ${revision}`)
  const ofHour = Map.groupBy(hours, ({ revision, split, hour }) => `${split} ${revision} ${hour}`)
  function totalsOf(revision: string, seq: number, began: number, hour?: number): Totals {
    const own =
      hour === undefined ? ofSplit.get(`${seq} ${revision}`) : ofHour.get(`${seq} ${revision} ${hour}`)
    return addTotals((own ?? []).flatMap((each) => (each.hour >= began ? [each.totals] : [])))
  }
  const past = addTotals(
    hours.flatMap((each) => (each.revision === from && each.split < first_split ? [each.totals] : [])),
  )
  const timely = timelyBucket(rollout.done_within ?? DONE_WITHIN)
  const hung = await findHungRuns(deps.runs, task, timely, now)
  const pairs = splits.map(({ seq, began, share }) => ({
    ...{ seq, share },
    a: totalsOf(from, seq, began),
    b: totalsOf(to, seq, began),
  }))
  const thisHour = Math.floor(now / HOUR_MS) * HOUR_MS
  // Bets that begin anew have less weight the later they do: hours before the rollout must not use it up.
  const begun = Math.min(...splits.map(({ began }) => began))
  const since = hours.flatMap(({ hour }) => (hour >= begun ? [hour] : []))
  const clock = [...new Set([...since, thisHour])].sort((a, b) => a - b)
  const next = shares[step + 1] ?? 1
  const sticky = hours.some(({ totals }) => hasKeys(totals))
  let tooFewKeys: string | null = null
  const { known, lost: lostGuard } = presentGuards(task, rollout.guards)
  const guards: GuardEvidence[] = []
  const strataOf = (metric: CountedMetric, hour?: number): Stratum[] =>
    splits.map(({ seq, began, share }) => ({
      share,
      baseline: countsOf(totalsOf(from, seq, began, hour), countedAs(metric), metric.levels),
      candidate: countsOf(totalsOf(to, seq, began, hour), countedAs(metric), metric.levels),
    }))
  const betsOn = (metric: CountedMetric) =>
    betOnKeys(scaleOf(metric, past), countedAs(metric), strataOf(metric), pairs, rollout.alpha)
  const inflationOfTimes = (): number => betsOn({ name: 'latency' })?.inflation ?? 1
  for (const { guard, metric } of known) {
    await ownTick()
    const name = countedAs(metric)
    const whole = scaleOf(metric, past)
    const periods = clock.map((hour) => strataOf(metric, hour))
    const bets = sticky ? betsOn(metric) : betOnRuns(metric, whole, strataOf(metric))
    if (bets === null) {
      // Other guards may have enough of them.
      tooFewKeys ??= guard.metric
      guards.push(noEvidence(guard))
      continue
    }
    const own = guardEvidence(guard, bets.scale, periods, next, bets.inflation)
    if (name !== 'failed') {
      guards.push(own)
      continue
    }
    // A run that hangs has not failed yet.
    const late = clock.map((hour) =>
      splits.map(({ seq, began, share }) => {
        const hanging = (revision: string) => (hour === thisHour ? hung(revision, seq) : 0)
        const countsFor = (revision: string) =>
          timelyCounts(totalsOf(revision, seq, began, hour), timely, hanging(revision))
        return { share, baseline: countsFor(from), candidate: countsFor(to) }
      }),
    )
    const onLate = sticky
      ? betOnLateKeys(late.flat(), bets.inflation, inflationOfTimes())
      : { scale: RATE, inflation: 1 }
    guards.push(eitherHarm(own, guardEvidence(guard, onLate.scale, late, next, onLate.inflation)))
  }
  /** Whether runs, or those of them that have feedback, were not drawn by the shares. */
  const isAlarmed = (field: 'n' | 'feedback'): boolean => {
    const logs = pairs.map(({ seq, share, a, b }) => {
      const of = (revision: string, totals: Totals) =>
        [revision, field === 'n' ? withHung(totals, hung(revision, seq)) : totals] as const
      const shares = new Map([
        [from, 1 - share],
        [to, share],
      ])
      return ratioOf({ shares, totals: new Map([of(from, a), of(to, b)]) }, field)
    })
    return logs.reduce((sum, log) => sum + log, 0) >= Math.log(ALARM)
  }
  const ofScore = known.find(({ metric }) => metric.levels !== undefined)?.guard.metric ?? null
  const feedbackAlarm = ofScore !== null && isAlarmed('feedback') ? ofScore : null
  const runs = pairs.find(({ seq }) => seq === task.split.seq)?.b.get('n') ?? 0
  return { now, runs, guards, ratioAlarm: isAlarmed('n'), feedbackAlarm, tooFewKeys, lostGuard }
}

/** The splits of a rollout: not the one that it went back to, nor what others made of the weights once it was over. */
function stepsOf(changes: readonly TrafficChange[], first: number): TrafficChange[] {
  const own = changes.filter(
    ({ seq, reason, evidence }) =>
      seq === first || (seq > first && reason === 'rollout' && evidence?.['action'] !== 'rollback'),
  )
  return own.toSorted((a, b) => a.seq - b.seq)
}

const withHung = (totals: Totals, hung: number): Totals =>
  hung === 0 ? totals : new Map(totals).set('n', (totals.get('n') ?? 0) + hung)

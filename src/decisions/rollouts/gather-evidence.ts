import { DAY_MS, HOUR_MS } from '../../platform/date-span.ts'
import { ownTick } from '../../platform/event-loop/own-tick.ts'
import type { RunStore } from '../../runs/store/run-store.ts'
import type { Rollout } from '../../tasks/split/rollout.ts'
import type { Task } from '../../tasks/task.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { RollupStore, Totals } from '../../totals/rollup-store.ts'
import { betOnKeys, hasKeys, ratioOf, scaleOf } from '../compare.ts'
import { sharesOf } from '../compare-revisions.ts'
import { addTotals, countedAs, countsOf } from '../hour-counts.ts'
import { ALARM } from '../statistics/sample-ratio.ts'
import { RATE } from '../statistics/scales.ts'
import type { RolloutEvidence } from './decide-rollout.ts'
import { eitherHarm, type GuardEvidence, guardEvidence } from './guard.ts'
import { presentGuards } from './guards-of.ts'
import { findHungRuns, timelyBucket, timelyCounts } from './late-runs.ts'
import { DONE_WITHIN } from './rollout-input.ts'

export interface GatherEvidenceDeps {
  readonly tasks: TaskStore
  readonly rollups: RollupStore
  readonly runs: Pick<RunStore, 'running' | 'getHeads'>
  readonly reportRollupsMax: number
}

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
  const own = changes.filter(({ seq }) => seq >= first_split).toSorted((a, b) => a.seq - b.seq)
  const splits = own.flatMap(({ seq, after, at }) => {
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
  const clock = [...new Set([...hours.map(({ hour }) => hour), thisHour])].sort((a, b) => a - b)
  const next = shares[step + 1] ?? 1
  const sticky = hours.some(({ totals }) => hasKeys(totals))
  let tooFewKeys = false
  const { known, lost: lostGuard } = presentGuards(task, rollout.guards)
  const guards: GuardEvidence[] = []
  for (const { guard, metric } of known) {
    await ownTick()
    const name = countedAs(metric)
    const whole = scaleOf(metric, past)
    const strataOf = (hour?: number) =>
      splits.map(({ seq, began, share }) => ({
        share,
        baseline: countsOf(totalsOf(from, seq, began, hour), name, metric.levels),
        candidate: countsOf(totalsOf(to, seq, began, hour), name, metric.levels),
      }))
    const periods = clock.map((hour) => strataOf(hour))
    const bets = sticky ? betOnKeys(whole, name, strataOf(), pairs, rollout.alpha) : null
    if (sticky && bets === null) tooFewKeys = true
    const own = guardEvidence(guard, bets?.scale ?? whole, periods, next, bets?.inflation)
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
    guards.push(eitherHarm(own, guardEvidence(guard, RATE, late, next, bets?.inflation)))
  }
  const ratio = pairs.reduce((sum, { seq, share, a, b }) => {
    const split = {
      shares: new Map([
        [from, 1 - share],
        [to, share],
      ]),
      totals: new Map([
        [from, withHung(a, hung(from, seq))],
        [to, withHung(b, hung(to, seq))],
      ]),
    }
    return sum + ratioOf(split, 'n')
  }, 0)
  const runs = pairs.find(({ seq }) => seq === task.split.seq)?.b.get('n') ?? 0
  return { now, runs, guards, ratioAlarm: ratio >= Math.log(ALARM), tooFewKeys, lostGuard }
}

const withHung = (totals: Totals, hung: number): Totals =>
  hung === 0 ? totals : new Map(totals).set('n', (totals.get('n') ?? 0) + hung)

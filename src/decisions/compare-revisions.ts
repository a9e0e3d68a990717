import { sharedNow } from '../platform/clock.ts'
import { DAY_MS } from '../platform/date-span.ts'
import { ApiError, ValidationError } from '../platform/errors.ts'
import { inSteps } from '../platform/event-loop/in-pieces.ts'
import { countedName, goodOf, levelsOf, type Scores } from '../tasks/scores/score.ts'
import { SLOTS, slotTargets } from '../tasks/split/slot-targets.ts'
import type { TrafficChange } from '../tasks/split/split.ts'
import type { Task } from '../tasks/task.ts'
import type { TaskStore } from '../tasks/task-store.ts'
import type { WeightedRevision } from '../tasks/traffic.ts'
import type { HourTotals, RollupStore } from '../totals/rollup-store.ts'
import { type Comparison, compare, type KnownSplit } from './compare.ts'
import { comparePairs, type PairComparison, shadowsMade } from './shadows/compare-pairs.ts'
import type { Metric } from './verdict.ts'

export interface CompareRevisionsDeps {
  readonly tasks: TaskStore
  readonly rollups: RollupStore
  /** For how many days hours are kept. */
  readonly comparisonDays: number
  /** Most rollups that one comparison may read. */
  readonly reportRollupsMax: number
}

/** What differs by less than this does not matter: a hundredth of all runs, or a tenth more. */
const RATE_TOLERANCE = 0.01
const RATIO_TOLERANCE = 1.1
const SCORE_TOLERANCE = 0.05

export const METRICS: readonly Metric[] = [
  { name: 'failed', good: 'low', tolerance: RATE_TOLERANCE },
  { name: 'invalid', good: 'low', tolerance: RATE_TOLERANCE },
  { name: 'cancelled', good: 'low', tolerance: RATE_TOLERANCE },
  { name: 'latency', good: 'low', tolerance: RATIO_TOLERANCE },
  { name: 'cost', good: 'low', tolerance: RATIO_TOLERANCE },
  { name: 'tokens', good: 'low', tolerance: RATIO_TOLERANCE },
]

/** What is compared of a task: scores too, which it declares. A twentieth of a number's range does not matter. */
export const metricsOf = (scores: Scores): Metric[] => [
  ...METRICS,
  ...Object.entries(scores).map(([name, score]) => ({
    name: `score:${name}`,
    good: goodOf(score),
    tolerance: score.type === 'number' ? SCORE_TOLERANCE : RATE_TOLERANCE,
    levels: levelsOf(score),
    counted: `score:${countedName(name, score)}`,
  })),
]

/** The newest versions of the weights and the largest shares are looked at: each costs milliseconds. */
const MOST_SPLITS = 100
export const MOST_CANDIDATES = 10
const HOUR_MS = 3_600_000

export interface ComparisonRequest {
  readonly project: string
  readonly task: string
  /** Null: the revision with the largest share. */
  readonly baseline: string | null
  /** Ms since the epoch; null: as far as hours are kept. */
  readonly since: number | null
  readonly primary: string
  readonly alpha: number
}

export interface RevisionComparison extends Comparison {
  readonly baseline: string
  /** Start of the first hour that counts, ms since the epoch. */
  readonly since: number
  /** Number of versions of the weights that count. */
  readonly splits: number
  /** The present share of each revision. */
  readonly shares: ReadonlyMap<string, number>
  /** How many revisions with a share are not compared, being too many. */
  readonly leftOut: number
  /** What shadows did beside the runs of the baseline. */
  readonly pairs: readonly PairComparison[]
  /** How many shadow runs were made. */
  readonly shadowRuns: number
}

/**
 * Compares the revisions that have traffic with a baseline, from the totals of drawn runs alone; changes nothing.
 * @throws {ApiError} TASK_NOT_FOUND; TASK_REVISION_NOT_FOUND for the baseline; NO_ACTIVE_REVISION
 * @throws {ValidationError} for a primary metric that is none, and when too much would have to be read
 */
export async function compareRevisions(
  deps: CompareRevisionsDeps,
  { project, task: id, ...asked }: ComparisonRequest,
  now = sharedNow(),
): Promise<RevisionComparison> {
  const stored = await deps.tasks.read(project, id)
  if (!stored) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
  const shares = sharesOf(stored.task.active_revisions)
  const baseline = asked.baseline ?? largestOf(shares)
  if (baseline === null) throw new ApiError('NO_ACTIVE_REVISION', 'The task has no active revision.')
  if ((await deps.tasks.revision(project, baseline))?.task_id !== id) {
    throw new ApiError('TASK_REVISION_NOT_FOUND', 'The task has no such revision.')
  }
  const oldest = now - (deps.comparisonDays - 1) * DAY_MS
  const since = hourOf(Math.max(asked.since ?? oldest, oldest))
  const changes = await deps.tasks.trafficHistory(project, id, null, MOST_SPLITS)
  const known = splitsOf(stored.task, changes)
  const found = await deps.rollups.hours(project, id, { from: oldest, to: now }, deps.reportRollupsMax)
  if (found === null)
    throw ValidationError.at(['query', 'since'], 'too many hours of too many revisions', 'too_big')
  // A task that was deleted and imported again numbers its changes anew.
  const hours = found.filter(({ revision, split, shadow, hour }) => {
    if (shadow) return false
    const began = known.get(split)?.began
    return revision === null || (began !== undefined && hour >= hourOf(began))
  })
  const counting = [...known.values()].filter(({ seq }) =>
    hours.some(({ split, hour, revision }) => revision !== null && split === seq && hour >= since),
  )
  const candidates = [...shares.keys()].filter((each) => each !== baseline)
  const largest = candidates
    .toSorted((a, b) => (shares.get(b) ?? 0) - (shares.get(a) ?? 0))
    .slice(0, MOST_CANDIDATES)
  const { primary, alpha } = asked
  const metrics = metricsOf(stored.task.scores)
  if (!metrics.some(({ name }) => name === primary)) {
    throw ValidationError.at(
      ['query', 'primary'],
      `expected one of ${metrics.map(({ name }) => name).join(', ')}`,
    )
  }
  const shadows = shadowsOf(stored.task, found, baseline, since)
  const compared = { baseline, metrics, primary, alpha, since }
  const answers = largest.length + shadows.length
  const byTraffic = compare({ ...compared, candidates: largest.sort(), answers }, counting, hours)
  return {
    ...(await inSteps(byTraffic)),
    pairs: await inSteps(comparePairs({ ...compared, shadows, candidates: answers }, found)),
    shadowRuns: shadowsMade(found, since),
    ...{ baseline, since, shares },
    splits: counting.length,
    leftOut: candidates.length - largest.length,
  }
}

/** The present shadow of the task, and those that have pairs with the baseline: the largest ones. */
function shadowsOf(
  { shadow }: Task,
  hours: readonly HourTotals[],
  baseline: string,
  since: number,
): string[] {
  const pairs = new Map<string, number>(shadow && shadow.revision !== baseline ? [[shadow.revision, 1]] : [])
  for (const { revision, shadow: of, hour, totals } of hours) {
    if (!of || revision !== baseline || hour < since) continue
    pairs.set(of, (pairs.get(of) ?? 0) + (totals.get('pairs') ?? 0))
  }
  const largest = [...pairs].toSorted(([, a], [, b]) => b - a).slice(0, MOST_CANDIDATES)
  return largest.map(([id]) => id).sort()
}

const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS

/** The probability with which each revision is drawn: its slots, not its weight. */
export function sharesOf(weights: readonly WeightedRevision[]): Map<string, number> {
  return new Map([...slotTargets(weights)].map(([id, slots]) => [id, slots / SLOTS]))
}

function largestOf(shares: ReadonlyMap<string, number>): string | null {
  const [largest] = [...shares].toSorted(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
  return largest?.[0] ?? null
}

/** The versions of the weights by number, as the history has them; 0 is what was before there was one. */
function splitsOf(
  { created, active_revisions, split }: Task,
  changes: readonly TrafficChange[],
): Map<number, KnownSplit & { readonly began: number }> {
  const known = changes.map(({ seq, at, after }) => ({ seq, began: Date.parse(at), shares: sharesOf(after) }))
  const oldest = changes.at(-1)
  const before = split.seq === 0 ? active_revisions : oldest?.seq === 1 ? oldest.before : []
  if (before.length > 0) known.push({ seq: 0, began: Date.parse(created), shares: sharesOf(before) })
  return new Map(known.map((each) => [each.seq, each]))
}

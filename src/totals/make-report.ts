import { sharedNow } from '../platform/clock.ts'
import { DAY_MS, type DateSpan, dayOf, isoDay } from '../platform/date-span.ts'
import { ValidationError } from '../platform/errors.ts'
import type { ReportKind } from './report.ts'
import type { DayOwner, DayTotals, RollupStore } from './rollup-store.ts'
import { RunSum } from './run-sum.ts'

export interface ReportDeps {
  readonly rollups: RollupStore
  /** For how many days totals are kept, today included. */
  readonly reportDays: number
  /** Most rollups that one report may read. */
  readonly reportRollupsMax: number
}

/** The runs of a report: those that ended on these days. */
export interface ReportQuery {
  readonly project: string
  /** Null for the whole project. */
  readonly task: string | null
  /** Null: from the oldest day that is kept. */
  readonly start: DateSpan | null
  /** Null: until today. */
  readonly end: DateSpan | null
  /** Null: the runs of all groups, and those without a group. */
  readonly group: string | null
  /** True: one row per revision and group, instead of one per revision. */
  readonly byGroup: boolean
  /** True: also one row per UTC day. */
  readonly byDay?: boolean
}

/**
 * Adds up the runs that ended on the given days: one row per revision, the newest first, and the sum of all.
 * @throws {ValidationError} when the end is before the start or before the oldest day that is kept, when the start is in
 *   the future, or when more than `reportRollupsMax` rollups would be read
 */
export async function makeReport(deps: ReportDeps, kind: ReportKind, query: ReportQuery, now = sharedNow()) {
  const range = daysOf(deps, query, now)
  const fits = ({ task, group }: DayOwner) =>
    (query.task === null || task === query.task) && (query.group === null || group === query.group)
  const found = await deps.rollups.days(query.project, range, fits, deps.reportRollupsMax)
  if (found === null) {
    throw ValidationError.at(
      ['query', 'start_date'],
      'too many days of too many revisions and groups',
      'too_big',
    )
  }
  return {
    project_id: query.project,
    task_id: query.task,
    date_range: { start: iso(range.first), end: iso(range.last + DAY_MS) },
    reporting_group: query.group,
    ...kind.whole(sumOf(found)),
    ...(query.byDay ? { days: daysIn(found, kind) } : {}),
    task_revisions: rowsOf(found, query.byGroup).map(({ owner, days }) => {
      const sum = sumOf(days)
      return {
        task_id: owner.task,
        task_revision_id: owner.revision,
        ...(query.byGroup ? { reporting_group: owner.group } : {}),
        task_runs: sum.runs(),
        ...kind.row(sum),
      }
    }),
  }
}

/** A row for each day on which runs ended, in order. */
function daysIn(found: readonly DayTotals[], kind: ReportKind) {
  return [...Map.groupBy(found, ({ day }) => day)]
    .sort(([a], [b]) => a - b)
    .map(([day, totals]) => ({ day, sum: sumOf(totals) }))
    .filter(({ sum }) => sum.runs() > 0)
    .map(({ day, sum }) => ({ day: isoDay(day), task_runs: sum.runs(), ...kind.row(sum) }))
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** The start times of the first and the last day, limited to the days that are kept and to today. */
function daysOf({ reportDays }: ReportDeps, { start, end }: ReportQuery, now: number) {
  const today = dayOf(now).from
  const oldest = today - (reportDays - 1) * DAY_MS
  const wanted = { first: start ? dayOf(start.from).from : oldest, last: end ? dayOf(end.from).from : today }
  if (wanted.first > today) throw ValidationError.at(['query', 'start_date'], 'in the future')
  if (wanted.last < oldest) {
    throw ValidationError.at(['query', 'end_date'], `the numbers of the last ${reportDays} days are kept`)
  }
  if (wanted.last < wanted.first) throw ValidationError.at(['query', 'end_date'], 'before start_date')
  return { first: Math.max(wanted.first, oldest), last: Math.min(wanted.last, today) }
}

function sumOf(found: readonly DayTotals[]): RunSum {
  const sum = new RunSum()
  for (const each of found) sum.add(each)
  return sum
}

function rowsOf(found: readonly DayTotals[], byGroup: boolean): { owner: DayOwner; days: DayTotals[] }[] {
  const key = ({ task, revision, group }: DayOwner) =>
    JSON.stringify([revision ?? '', task, ...(byGroup ? [group] : [])])
  return [...Map.groupBy(found, ({ owner }) => key(owner)).entries()]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .flatMap(([, days]) => (days[0] ? [{ owner: days[0].owner, days }] : []))
}

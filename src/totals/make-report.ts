import { DAY_MS, type DateSpan, dayOf } from '../platform/date-span.ts'
import { ValidationError } from '../platform/errors.ts'
import type { ReportKind } from './report.ts'
import type { DayOwner, DayTotals, RollupStore } from './rollup-store.ts'
import { RunSum } from './run-sum.ts'

export interface ReportDeps {
  readonly rollups: RollupStore
  /** Days back from today, today included, whose numbers are kept. */
  readonly reportDays: number
  /** Most rollups that one report may read. */
  readonly reportRollupsMax: number
}

/** Which runs a report is about: those that ended on these days. */
export interface ReportQuery {
  readonly project: string
  /** Null for the whole project. */
  readonly task: string | null
  /** Null begins with the oldest day that is kept. */
  readonly start: DateSpan | null
  /** Null ends with today. */
  readonly end: DateSpan | null
  /** Null takes the runs of all groups, and those without one. */
  readonly group: string | null
  /** Makes one row per revision and group, instead of one per revision. */
  readonly byGroup: boolean
}

/**
 * Adds up the runs that ended on the given days: a row per revision, the newest first, and the whole.
 * @throws {ValidationError} when the end lies before the start or before all that is kept, or too much would be read
 */
export async function makeReport(deps: ReportDeps, kind: ReportKind, query: ReportQuery, now = Date.now()) {
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

const iso = (ms: number): string => new Date(ms).toISOString()

/** The begins of the first and the last day; what is older than what is kept, or in the future, is left out. */
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

/** A range of time in ms since the epoch; `from` is included, `to` is not. */
export interface DateSpan {
  readonly from: number
  readonly to: number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const PER_UNIT = { hour: HOUR_MS, day: DAY_MS, week: 7 * DAY_MS } as const

const WORDS: Readonly<Record<string, (now: number) => DateSpan>> = {
  now: instant,
  today: dayOf,
  yesterday: (now) => dayOf(now - DAY_MS),
  'last week': (now) => dayOf(now - PER_UNIT.week),
  'last month': (now) => dayOf(monthBefore(now)),
}

/**
 * Reads a date in a query, in UTC, in upper or lower case; null when it is not one of these. Whole days: `YYYY-MM-DD`,
 * `today`, `yesterday`, `N days ago`, `N weeks ago` (7 days each), `last week` (the day 7 days ago), `last month` (the
 * same day of the month before, or its last day). Instants of one millisecond: `now`, `N hours ago`, and ISO 8601 with
 * a time and an offset. As a start date, a span counts from its start; as an end date, to its end.
 */
export function readDateSpan(text: string, now: number): DateSpan | null {
  const words = text.trim().toLowerCase().replace(/\s+/g, ' ')
  const known = Object.hasOwn(WORDS, words) ? WORDS[words]?.(now) : undefined
  return known ?? readAgo(words, now) ?? readIso(text.trim())
}

function readAgo(words: string, now: number): DateSpan | null {
  const [, count, unit] = /^(\d{1,5}) (hour|day|week)s? ago$/.exec(words) ?? []
  if (!unit) return null
  const then = now - Number(count) * PER_UNIT[unit as keyof typeof PER_UNIT]
  if (then < 0) return null
  return unit === 'hour' ? instant(then) : dayOf(then)
}

function readIso(text: string): DateSpan | null {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/i.exec(text) ?? []
  if (!date) return null
  const day = Date.parse(date)
  // Date.parse reads a day that does not exist, such as February 30, as one of the next month, or not at all.
  if (!(day >= 0) || isoDay(day) !== date) return null
  if (!time) return dayOf(day)
  const at = Date.parse(text.toUpperCase())
  return at >= 0 ? instant(at) : null
}

/** The UTC day of a time. */
export function dayOf(ms: number): DateSpan {
  const from = Math.floor(ms / DAY_MS) * DAY_MS
  return { from, to: from + DAY_MS }
}

/** A UTC day as `2026-11-24`. */
export function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

function instant(ms: number): DateSpan {
  return { from: ms, to: ms + 1 }
}

function monthBefore(ms: number): number {
  const date = new Date(ms)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  // Day 0 of a month is the last one of the month before.
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return Date.UTC(year, month - 1, Math.min(date.getUTCDate(), last))
}

const EXPECTED =
  'expected YYYY-MM-DD, an instant such as 2026-11-24T10:00:00Z, now, today, yesterday, N hours, days or weeks ago, ' +
  'last week or last month'

/** What is wrong with a text that `readDateSpan` does not read, for the person who wrote it. */
export function dateProblem(text: string): string {
  const [, day, rest = ''] = /^\s*(\d{4}-\d{1,2}-\d{1,2})(.*?)\s*$/s.exec(text) ?? []
  if (day === undefined) {
    if (text.trim() === '') return `it is empty; ${EXPECTED}`
    if (/^\s*-?\d{8,}(\.\d+)?\s*$/.test(text)) return `seconds since 1970 are not read; ${EXPECTED}`
    if (/^\s*\d{1,2}[./-]\d{1,2}[./-]\d{2,4}/.test(text)) return `the year stands first; ${EXPECTED}`
    return EXPECTED
  }
  if (day.length !== 10) return 'months and days have two digits: YYYY-MM-DD'
  const at = Date.parse(day)
  if (!(at >= 0) || isoDay(at) !== day) return `there is no day ${day}, or it is before 1970`
  if (/^T.* \d\d:\d\d$/i.test(rest)) return 'a + in a query stands for a space: write it as %2B'
  if (/^\s/.test(rest)) return 'a T stands between day and time: 2026-11-24T10:00:00Z'
  if (/^T[\d:.]*$/i.test(rest)) return 'the time has no offset, such as Z or +02:00 (in a query %2B02:00)'
  return EXPECTED
}

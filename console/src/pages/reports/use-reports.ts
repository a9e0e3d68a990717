import { useApi } from '../../app/use-api.ts'

/** What is reported on, as it stands in the address. */
export interface Asked {
  readonly task?: string | undefined
  readonly reporting_group?: string | undefined
  /** How many days, today included. */
  readonly days: number
}

/** What some runs came to. Times are in milliseconds, and null without runs. */
export interface Figures {
  readonly runs: number
  readonly succeeded: number
  readonly failed: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly credits: string
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
}

export interface DayFigures extends Figures {
  readonly day: string
}
export interface RevisionFigures extends Figures {
  readonly task_id: string
  readonly task_revision_id: string | null
}
export interface Reported {
  readonly whole: Figures
  /** Oldest first; days without runs are left out. */
  readonly days: readonly DayFigures[]
  readonly revisions: readonly RevisionFigures[]
  /** Most frequent first. */
  readonly reasons: readonly (readonly [reason: string, runs: number])[]
}

/** The first day of so many, in the words of the API. */
export const firstDay = (days: number): string => (days === 1 ? 'today' : `${days - 1} days ago`)

interface Row {
  readonly usage: { readonly outcomes: { readonly succeeded: number; readonly failed: number } }
  readonly tokens: { readonly input_tokens: number; readonly output_tokens: number } | undefined
  readonly credits: string | undefined
  readonly total:
    | { readonly p50: number | null; readonly p90: number | null; readonly p99: number | null }
    | undefined
}

const figuresOf = (runs: number, { usage, tokens, credits, total }: Row): Figures => ({
  runs,
  succeeded: usage.outcomes.succeeded,
  failed: usage.outcomes.failed,
  input_tokens: tokens?.input_tokens ?? 0,
  output_tokens: tokens?.output_tokens ?? 0,
  credits: credits ?? '0',
  ...{ p50: total?.p50 ?? null, p90: total?.p90 ?? null, p99: total?.p99 ?? null },
})

/** The four reports as one. */
export const useReports = ({ task, reporting_group, days }: Asked) =>
  useApi(
    ['reports', 'page', task, reporting_group, days],
    async (client, signal): Promise<Reported> => {
      const query = { task, reporting_group, start_date: firstDay(days), show_days: true }
      const { reports } = client
      const [usage, token, credit, timing] = await Promise.all([
        reports.usage(query, { signal }),
        reports.token(query, { signal }),
        reports.credit(query, { signal }),
        reports.timing(query, { signal }),
      ])
      const by = <T, K>(rows: readonly T[] | undefined, key: (row: T) => K) =>
        new Map((rows ?? []).map((row) => [key(row), row]))
      const rowKey = (row: { task_id: string; task_revision_id: string | null }) =>
        `${row.task_id} ${row.task_revision_id}`
      const [tokenDays, creditDays, timingDays] = [
        by(token.days, ({ day }) => day),
        by(credit.days, ({ day }) => day),
        by(timing.days, ({ day }) => day),
      ]
      const [tokenRows, creditRows, timingRows] = [
        by(token.task_revisions, rowKey),
        by(credit.task_revisions, rowKey),
        by(timing.task_revisions, rowKey),
      ]
      return {
        whole: figuresOf(usage.total_task_runs, {
          usage,
          tokens: { input_tokens: token.total_input_tokens, output_tokens: token.total_output_tokens },
          credits: credit.total_credits,
          total: timing.timings.total,
        }),
        days: (usage.days ?? []).map((row) => ({
          day: row.day,
          ...figuresOf(row.task_runs, {
            usage: row,
            tokens: tokenDays.get(row.day),
            credits: creditDays.get(row.day)?.credits,
            total: timingDays.get(row.day)?.timings.total,
          }),
        })),
        revisions: usage.task_revisions.map((row) => ({
          task_id: row.task_id,
          task_revision_id: row.task_revision_id,
          ...figuresOf(row.task_runs, {
            usage: row,
            tokens: tokenRows.get(rowKey(row)),
            credits: creditRows.get(rowKey(row))?.credits,
            total: timingRows.get(rowKey(row))?.timings.total,
          }),
        })),
        reasons: Object.entries(usage.reasons).sort(([, a], [, b]) => b - a),
      }
    },
    { every: 30_000, keep: true },
  )

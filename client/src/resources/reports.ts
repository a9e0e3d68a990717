import type { CallOptions } from '../client-options.ts'
import type {
  CreditFigures,
  CreditTotals,
  FeedbackFigures,
  FeedbackTotals,
  Report,
  ReportQuery,
  TimingFigures,
  TimingTotals,
  TokenFigures,
  TokenTotals,
  UsageFigures,
  UsageTotals,
} from '../shapes/report.ts'
import type { Api } from '../transport/api.ts'
import { segment } from '../transport/call.ts'

export type TokenReport = Report<TokenFigures, TokenTotals>
export type UsageReport = Report<UsageFigures, UsageTotals>
export type TimingReport = Report<TimingFigures, TimingTotals>
export type CreditReport = Report<CreditFigures, CreditTotals>
export type FeedbackReport = Report<FeedbackFigures, FeedbackTotals>

type Ask<R> = (
  query?: ReportQuery & {
    /** A task's id; without it, the report is on the project. */
    readonly task?: string | undefined
  },
  options?: CallOptions,
) => Promise<R>

/** Totals by revision. */
export interface Reports {
  readonly token: Ask<TokenReport>
  readonly usage: Ask<UsageReport>
  readonly timing: Ask<TimingReport>
  readonly credit: Ask<CreditReport>
  /** What was said of runs last, by scores. */
  readonly feedback: Ask<FeedbackReport>
  /** The reporting groups that runs ended under, by name. */
  groups(options?: CallOptions): Promise<readonly { readonly name: string }[]>
}

export function createReports(api: Api): Reports {
  const of =
    <R>(kind: string): Ask<R> =>
    ({ task, ...query } = {}, options = {}) => {
      const home = task === undefined ? 'P' : `P/task/${segment(task)}`
      return api.json({ ...options, method: 'GET', path: `${home}/${kind}_report`, query })
    }
  return {
    token: of('token'),
    usage: of('usage'),
    timing: of('timing'),
    credit: of('credit'),
    feedback: of('feedback'),
    groups: (options) => api.json({ ...options, method: 'GET', path: 'P/reporting_group' }),
  }
}

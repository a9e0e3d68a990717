import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { emptyDashboard } from './dashboard.ts'
import { type Column, chart, comparison } from './panels.ts'
import { growth, quantile, rate, sum, withRevisionName } from './queries.ts'

const TASK = 'project=~"$project",task="$task"'
/** Ids may stand in several projects, once something was imported: only with its project does one name a revision. */
const BY = 'project, revision'
const LEGEND = '{{annotation}} {{short}}'
const ASKED = `max by (${BY}) (splitrun_traffic_share_configured{${TASK}})`

/** How a counter is read: over a moment for lines, over the whole range for the table. */
type Over = (series: string) => string

const byRevision = (over: Over, series: string): string => sum(over(series), BY)
const runs = (over: Over, more = ''): string => byRevision(over, `splitrun_runs_total{${TASK}${more}}`)

const seen = (over: Over): string => {
  const drawn = over(`splitrun_drawn_runs_total{${TASK}}`)
  return `${sum(drawn, BY)} / on () group_left () ${sum(drawn)}`
}
const latency = (over: Over, q: number): string =>
  quantile(q, over(`splitrun_run_duration_seconds_bucket{${TASK}}`), BY)
const valid = (over: Over): string =>
  `${byRevision(over, `splitrun_output_checks_total{${TASK},check="valid"}`)} / ${byRevision(over, `splitrun_output_checks_total{${TASK}}`)}`
/** A revision without failures has no series of them: it is shown as 0. */
const errors = (over: Over): string => {
  const all = runs(over, ',outcome!="cancelled"')
  return `(${runs(over, ',outcome=~"failed|expired"')} or 0 * ${all}) / ${all}`
}
const perRun = (over: Over, series: string): string => `${byRevision(over, series)} / ${runs(over)}`
const tokens = (over: Over, type: string): string =>
  perRun(over, `splitrun_tokens_total{${TASK},type="${type}"}`)
const cost = (over: Over): string => perRun(over, `splitrun_credits_total{${TASK}}`)

/** What comparisons say of a metric, from drawn runs or from pairs. */
const difference = (metric: string, bound: string, of = 'traffic'): string =>
  `max by (${BY}) (splitrun_comparison_difference{${TASK},metric="${metric}",of="${of}",bound="${bound}"})`
const bounds = (metric: string, of = 'traffic') =>
  ['low', 'estimate', 'high'].map((bound) => line(difference(metric, bound, of), `${LEGEND} ${bound}`))

const COLUMNS: readonly Column[] = [
  { name: 'Runs', unit: 'short', expr: runs(growth) },
  { name: 'Share asked', unit: 'percentunit', expr: ASKED },
  { name: 'Share seen', unit: 'percentunit', expr: seen(growth) },
  { name: 'p50', unit: 's', expr: latency(growth, 0.5) },
  { name: 'p99', unit: 's', expr: latency(growth, 0.99) },
  { name: 'Valid at once', unit: 'percentunit', expr: valid(growth) },
  { name: 'Errors', unit: 'percentunit', expr: errors(growth) },
  { name: 'Input tokens', unit: 'short', expr: tokens(growth, 'input') },
  { name: 'Output tokens', unit: 'short', expr: tokens(growth, 'output') },
  { name: 'Cost of a run', unit: 'short', expr: cost(growth) },
]

const line = (expr: string, legend = LEGEND) => ({ expr: withRevisionName(expr), legend })

/** The revisions of one task side by side, to decide which of them should have the traffic. */
export function revisions(): DashboardBuilder {
  return emptyDashboard('Splitrun: revisions', 'splitrun-revisions', { oneTask: true })
    .withPanel(
      comparison(
        { title: 'Side by side', about: 'Over this range; tokens and cost are means of a run.' },
        { annotation: 'Annotation', short: 'Ends in', revision: 'Revision' },
        COLUMNS.map((column) => ({ ...column, expr: withRevisionName(column.expr) })),
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Share of traffic, asked and seen',
          about:
            'What the weights ask for, and what was drawn. Runs that name a revision or a tag do not count.',
          unit: 'percentunit',
        },
        [line(ASKED, `${LEGEND} asked`), line(seen(rate), `${LEGEND} seen`)],
        { max: 1 },
      ),
    )
    .withPanel(
      chart({ title: 'Runs per second', about: 'Runs that ended.', unit: 'short' }, [line(runs(rate))], {
        stacked: true,
      }),
    )
    .withPanel(
      chart({ title: 'Latency, p50', about: 'From creation to end.', unit: 's' }, [line(latency(rate, 0.5))]),
    )
    .withPanel(
      chart({ title: 'Latency, p99', about: 'From creation to end.', unit: 's' }, [
        line(latency(rate, 0.99)),
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Valid at once',
          about: 'Of the outputs that were checked, those that needed no repair and no second call.',
          unit: 'percentunit',
        },
        [line(valid(rate))],
        { max: 1 },
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Errors',
          about: 'Runs that failed or expired; cancelled ones do not count.',
          unit: 'percentunit',
        },
        [line(errors(rate))],
      ),
    )
    .withPanel(
      chart(
        { title: 'Tokens of a run', about: 'Mean, with all its calls.', unit: 'short' },
        ['input', 'output'].map((type) => line(tokens(rate, type), `${LEGEND} ${type}`)),
      ),
    )
    .withPanel(
      chart({ title: 'Cost of a run', about: 'In the currency of the prices.', unit: 'short' }, [
        line(cost(rate)),
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Verdicts',
          about:
            'What each metric of a revision is, beside the one with the largest share: from its traffic, or from pairs with shadow runs.',
          unit: 'short',
        },
        [
          line(
            `max by (${BY}, metric, of, verdict) (splitrun_comparison_verdict{${TASK},verdict!="undecided"} or 0 * splitrun_comparison_verdict{${TASK},metric="failed"})`,
            `${LEGEND} {{metric}} ({{of}}): {{verdict}}`,
          ),
        ],
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Fails more often by',
          about: 'Beside the revision with the largest share; the interval holds at all times.',
          unit: 'percentunit',
        },
        bounds('failed'),
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Takes longer by, times',
          about: 'Typical latency beside the revision with the largest share.',
          unit: 'short',
        },
        bounds('latency'),
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Rollout',
          about: 'The share that a rollout has given its revision so far.',
          unit: 'percentunit',
        },
        [line(`max by (${BY}, status) (splitrun_rollout_share{${TASK}})`, `${LEGEND} {{status}}`)],
        { max: 1 },
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Shadow runs per second',
          about: 'Those that became pairs, and those that did not, by why.',
          unit: 'short',
        },
        [
          line(
            `sum by (${BY}, end) (rate(splitrun_shadow_runs_total{${TASK}}[$__rate_interval]))`,
            `${LEGEND} {{end}}`,
          ),
        ],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        {
          title: 'As a shadow, fails more often by',
          about: 'From pairs: the same inputs, beside the revision with the largest share.',
          unit: 'percentunit',
        },
        bounds('failed', 'shadow'),
      ),
    )
}

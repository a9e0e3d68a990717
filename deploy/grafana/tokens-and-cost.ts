import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { emptyDashboard } from './dashboard.ts'
import { chart, distribution, figure, type Query } from './panels.ts'
import { CHOSEN, growth, rate, sum, withTaskName } from './queries.ts'

const RUNS = `splitrun_runs_total{${CHOSEN}}`
const CREDITS = `splitrun_credits_total{${CHOSEN}}`
const THIRTY_DAYS = 30 * 86_400

const tokens = (type: string): string => `splitrun_tokens_total{${CHOSEN},type="${type}"}`
const TYPES = ['input', 'output'] as const

/** A sum by what the tokens were for. */
const SHARES = {
  model: (expr: string): Query => ({ expr: sum(expr, 'model'), legend: '{{model}}' }),
  task: (expr: string): Query => ({
    expr: withTaskName(sum(expr, 'project, task')),
    legend: '{{task_name}}',
  }),
}

/** What runs take of models, and what that costs in the currency of the models' prices. */
export function tokensAndCost(): DashboardBuilder {
  const dashboard = emptyDashboard('Splitrun: tokens and cost', 'splitrun-tokens')
  for (const type of TYPES) {
    dashboard.withPanel(
      figure(
        {
          title: `Tokens, ${type}`,
          about: 'Of all model calls in this range, failed ones too.',
          unit: 'short',
        },
        sum(growth(tokens(type))),
        { width: 4, ofRange: true },
      ),
    )
  }
  dashboard
    .withPanel(
      figure(
        { title: 'Cost', about: 'In this range, in the currency of the prices.', unit: 'short' },
        sum(growth(CREDITS)),
        { width: 4, ofRange: true },
      ),
    )
    .withPanel(
      figure(
        {
          title: 'Saved',
          about: 'What runs did not cost in this range that had the result of another run.',
          unit: 'short',
        },
        `${sum(growth(`splitrun_saved_credits_total{${CHOSEN}}`))} or vector(0)`,
        { width: 4, ofRange: true },
      ),
    )
    .withPanel(
      figure(
        { title: 'Cost of 1000 runs', about: 'Mean over this range.', unit: 'short' },
        `1000 * ${sum(growth(CREDITS))} / ${sum(growth(RUNS))}`,
        { width: 4, ofRange: true },
      ),
    )
    .withPanel(
      figure(
        {
          title: '30 days',
          about: 'Projected cost, at the pace of the last day, which has to be over for that.',
          unit: 'short',
        },
        `${THIRTY_DAYS} * ${sum(`rate(${CREDITS}[1d])`)}`,
        { width: 4, ofRange: true },
      ),
    )
  for (const by of ['model', 'task'] as const) {
    for (const type of TYPES) {
      const about = 'Of all calls, failed ones too.'
      const panel = { title: `Tokens per second by ${by}, ${type}`, about, unit: 'short' }
      dashboard.withPanel(chart(panel, [SHARES[by](rate(tokens(type)))], { stacked: true }))
    }
  }
  for (const type of TYPES) {
    dashboard.withPanel(
      distribution(
        {
          title: `Tokens of a model call, ${type}`,
          about: 'How many calls of this range fell into each bucket; of all tasks, answered calls only.',
          unit: 'short',
        },
        sum(growth(`gen_ai_client_token_usage_bucket{gen_ai_token_type="${type}"}`), 'le'),
      ),
    )
  }
  return dashboard
    .withPanel(
      chart({ title: 'Tokens of a run by task', about: 'Mean, with all its calls.', unit: 'short' }, [
        {
          expr: withTaskName(
            `${sum(rate(`splitrun_tokens_total{${CHOSEN}}`), 'project, task')} / ${sum(rate(RUNS), 'project, task')}`,
          ),
          legend: '{{task_name}}',
        },
      ]),
    )
    .withPanel(
      chart({ title: 'Cost of a run by task', about: 'Mean, with all its calls.', unit: 'short' }, [
        {
          expr: withTaskName(`${sum(rate(CREDITS), 'project, task')} / ${sum(rate(RUNS), 'project, task')}`),
          legend: '{{task_name}}',
        },
      ]),
    )
    .withPanel(
      chart(
        { title: 'Cost per day', about: 'Of the day that ends where a bar stands.', unit: 'short' },
        [{ expr: withTaskName(sum(`increase(${CREDITS}[1d])`, 'project, task')), legend: '{{task_name}}' }],
        { byDay: true },
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Projected cost of 30 days',
          about: 'At the pace of the last hour and day, each of which has to be over for that.',
          unit: 'short',
        },
        [
          { expr: `${THIRTY_DAYS} * ${sum(`rate(${CREDITS}[1h])`)}`, legend: 'at the pace of the last hour' },
          { expr: `${THIRTY_DAYS} * ${sum(`rate(${CREDITS}[1d])`)}`, legend: 'at the pace of the last day' },
        ],
      ),
    )
}

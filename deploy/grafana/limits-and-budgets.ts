import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { emptyDashboard } from './dashboard.ts'
import { chart, figure } from './panels.ts'
import { CHOSEN, quantile, rate, sum, withTaskName } from './queries.ts'

const PROJECT = 'project=~"$project"'
const OF_LIMIT = 'type, name, limit'
const LIMIT = '{{name}} {{limit}}'
const BUDGET = '{{budget}} ({{per}}, {{mode}})'
const OF_BUDGET = 'project, budget, per, mode'
const budget = (what: string): string =>
  `max by (${OF_BUDGET}) (splitrun_budget${what === '' ? '' : `_${what}`}_credits{${PROJECT}})`

/** Who waits for which limit, how far limits are used, and what budgets come to. */
export function limitsAndBudgets(): DashboardBuilder {
  return emptyDashboard('Splitrun: limits and budgets', 'splitrun-limits')
    .withPanel(
      figure(
        { title: 'Projects that wait', about: 'For a limit of a model or a server, now.', unit: 'short' },
        'count(count by (project) (splitrun_limit_waiting)) or vector(0)',
        { width: 6 },
      ),
    )
    .withPanel(
      figure(
        { title: 'Most used limit', about: 'Of all models and servers, now.', unit: 'percentunit' },
        `max(1 - max by (${OF_LIMIT}) (splitrun_limit_left) / max by (${OF_LIMIT}) (splitrun_limit_most))`,
        { width: 6 },
      ),
    )
    .withPanel(
      figure(
        {
          title: 'Most spent budget',
          about: 'With what calls under way may cost, and lost ones may have cost.',
          unit: 'percentunit',
        },
        `max((${budget('spent')} + ${budget('lost')} + ${budget('held')}) / ${budget('')})`,
        { width: 6 },
      ),
    )
    .withPanel(
      figure(
        { title: 'Possible cost', about: 'Of calls whose answers are lost, of all time.', unit: 'short' },
        `${sum(`splitrun_possible_credits_total{${CHOSEN}}`)} or vector(0)`,
        { width: 6 },
      ),
    )
    .withPanel(
      chart(
        { title: 'Limits, used', about: 'Of a minute’s worth, or of calls in flight.', unit: 'percentunit' },
        [
          {
            expr: `1 - max by (${OF_LIMIT}) (splitrun_limit_left) / max by (${OF_LIMIT}) (splitrun_limit_most)`,
            legend: LIMIT,
          },
        ],
      ),
    )
    .withPanel(
      chart(
        { title: 'Who waits for which limit', about: 'A line for each project that waits.', unit: 'short' },
        [
          {
            expr: `${sum(`splitrun_limit_waiting{${PROJECT}}`, 'project, name, limit')} or vector(0)`,
            legend: '{{project}}: {{name}} {{limit}}',
          },
        ],
        { stacked: true },
      ),
    )
    .withPanel(
      chart({ title: 'Calls that had to wait', about: 'In a second, by limit.', unit: 'short' }, [
        { expr: sum(rate('splitrun_limit_refusals_total'), 'name, limit'), legend: LIMIT },
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Waited for limits',
          about: 'p90 of runs by task, pauses between attempts included.',
          unit: 's',
        },
        [
          {
            expr: withTaskName(
              quantile(
                0.9,
                rate(`splitrun_run_phase_seconds_bucket{${CHOSEN},phase="waiting_on_limit"}`),
                'project, task',
              ),
            ),
            legend: '{{task_name}}',
          },
        ],
      ),
    )
    .withPanel(
      chart({ title: 'Budgets, spent', about: 'Of what may be spent in the period.', unit: 'percentunit' }, [
        { expr: `${budget('spent')} / ${budget('')}`, legend: BUDGET },
      ]),
    )
    .withPanel(
      chart(
        {
          title: 'Budgets, projected',
          about: 'At the end of the period, if it goes on as since it began; 100 % is all of it.',
          unit: 'percentunit',
        },
        [{ expr: `${budget('projected')} / ${budget('')}`, legend: BUDGET }],
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Budgets, held and lost',
          about:
            'What calls under way may cost, and calls whose answers are lost may have cost, of hard budgets.',
          unit: 'short',
        },
        [
          { expr: budget('held'), legend: `held: ${BUDGET}` },
          { expr: budget('lost'), legend: `lost: ${BUDGET}` },
        ],
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Tokens that were reserved for one used',
          about: 'Of calls of limited models that have ended.',
          unit: 'short',
        },
        [
          {
            expr: `${sum(rate('splitrun_limit_reserved_tokens_total'), 'name')} / ${sum(rate('splitrun_limit_used_tokens_total'), 'name')}`,
            legend: '{{name}}',
          },
        ],
      ),
    )
}

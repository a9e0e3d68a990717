import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { emptyDashboard } from './dashboard.ts'
import { chart, figure } from './panels.ts'
import { CHOSEN, growth, quantile, rate, sum, withTaskName } from './queries.ts'

const RUNS = `splitrun_runs_total{${CHOSEN}}`
/** Cancelling is the caller's wish: it counts neither for nor against success. */
const COUNTED = `splitrun_runs_total{${CHOSEN},outcome!="cancelled"}`
const SUCCEEDED = `splitrun_runs_total{${CHOSEN},outcome="succeeded"}`
const DURATION = `splitrun_run_duration_seconds_bucket{${CHOSEN}}`
const PHASE = 'splitrun_run_phase_seconds'
const OVERHEAD = `splitrun_run_overhead_seconds_bucket{${CHOSEN}}`
const DELIVER = 'splitrun_deliver_duration_seconds'
const REQUESTS = 'http_server_request_duration_seconds_count'
const NEVER_YET = 'or vector(0)'

const quantiles = (buckets: string) =>
  [0.5, 0.9, 0.99].map((q) => ({ expr: quantile(q, rate(buckets)), legend: `p${q * 100}` }))

/** Whether runs come through, how fast, and where they wait. */
export function overview(): DashboardBuilder {
  return emptyDashboard('Splitrun: overview', 'splitrun-overview')
    .withPanel(
      figure(
        { title: 'Runs per second', about: 'Runs that ended, however.', unit: 'short' },
        sum(rate(RUNS)),
        { width: 4 },
      ),
    )
    .withPanel(
      figure(
        {
          title: 'Succeeded',
          about: 'Of the runs that ended in this range; cancelled ones do not count.',
          unit: 'percentunit',
        },
        `${sum(growth(SUCCEEDED))} / ${sum(growth(COUNTED))}`,
        { width: 4, ofRange: true },
      ),
    )
    .withPanel(
      figure(
        { title: 'p99 end to end', about: 'From the creation of a run to its end.', unit: 's' },
        quantile(0.99, rate(DURATION)),
        { width: 4 },
      ),
    )
    .withPanel(
      figure(
        { title: 'Waiting runs', about: 'Enqueued, or held behind others.', unit: 'short' },
        'sum(max by (state) (splitrun_queue_runs{state!="running"}))',
        { width: 4 },
      ),
    )
    .withPanel(
      figure(
        { title: 'Runs in hand', about: 'Of all workers.', unit: 'short' },
        'sum(splitrun_active_runs)',
        { width: 4 },
      ),
    )
    .withPanel(
      figure(
        { title: 'Workers', about: 'Worker processes that Prometheus reaches.', unit: 'short' },
        'count(splitrun_last_progress_timestamp_seconds)',
        { width: 4 },
      ),
    )
    .withPanel(
      chart(
        { title: 'Runs per second by outcome', about: 'Runs that ended.', unit: 'short' },
        [{ expr: sum(rate(RUNS), 'outcome'), legend: '{{outcome}}' }],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        { title: 'Success by task', about: 'Cancelled runs do not count.', unit: 'percentunit' },
        [
          {
            expr: withTaskName(
              `${sum(rate(SUCCEEDED), 'project, task')} / ${sum(rate(COUNTED), 'project, task')}`,
            ),
            legend: '{{task_name}}',
          },
        ],
        { max: 1 },
      ),
    )
    .withPanel(
      chart(
        { title: 'End to end', about: 'From the creation of a run to its end.', unit: 's' },
        quantiles(DURATION),
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Time per phase',
          about: 'Mean time of a run in each phase; `deliver` is of runs for which a caller waited.',
          unit: 's',
        },
        [
          {
            expr:
              `${sum(rate(`${PHASE}_sum{${CHOSEN}}`), 'phase')} / on (phase) ` +
              sum(rate(`${PHASE}_count{${CHOSEN}}`), 'phase'),
            legend: '{{phase}}',
          },
          { expr: `${sum(rate(`${DELIVER}_sum`))} / ${sum(rate(`${DELIVER}_count`))}`, legend: 'deliver' },
        ],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        { title: 'Queue', about: 'Runs that have not ended, by state.', unit: 'short' },
        [{ expr: 'max by (state) (splitrun_queue_runs)', legend: '{{state}}' }],
        { stacked: true },
      ),
    )
    .withPanel(
      chart({ title: 'Oldest in the queue', about: 'Age of the oldest enqueued run and claim.', unit: 's' }, [
        { expr: 'max by (state) (splitrun_queue_oldest_age_seconds)', legend: '{{state}}' },
      ]),
    )
    .withPanel(
      chart(
        { title: 'Runs in hand by worker', about: 'How busy each worker is.', unit: 'short' },
        [{ expr: 'splitrun_active_runs', legend: '{{instance}}' }],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Since the last progress of workers',
          about: 'A worker makes progress when it begins or ends a run; without work it makes none.',
          unit: 's',
        },
        [{ expr: 'time() - splitrun_last_progress_timestamp_seconds', legend: '{{instance}}' }],
      ),
    )
    .withPanel(
      chart(
        { title: 'Failures by reason', about: 'Runs per second that failed or expired.', unit: 'short' },
        [
          {
            expr: sum(rate(`splitrun_runs_total{${CHOSEN},outcome=~"failed|expired"}`), 'reason'),
            legend: '{{reason}}',
          },
        ],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        { title: 'Model calls by outcome', about: 'Calls per second, repeated ones too.', unit: 'short' },
        [{ expr: sum(rate(`splitrun_attempts_total{${CHOSEN}}`), 'outcome'), legend: '{{outcome}}' }],
        { stacked: true },
      ),
    )
    .withPanel(
      chart(
        { title: 'Overhead', about: 'Time of runs that no model had: total minus model.', unit: 's' },
        quantiles(OVERHEAD),
      ),
    )
    .withPanel(
      chart(
        {
          title: 'Lost and found',
          about:
            'In this range: calls of lost workers, perhaps paid twice; replies that only the sweep found.',
          unit: 'short',
        },
        [
          {
            expr: `${sum(growth(`splitrun_possible_duplicates_total{${CHOSEN}}`))} ${NEVER_YET}`,
            legend: 'possible duplicates',
          },
          { expr: `${sum(growth(`${DELIVER}_count{by="sweep"}`))} ${NEVER_YET}`, legend: 'found by sweep' },
        ],
      ),
    )
    .withPanel(
      chart(
        { title: 'HTTP answers', about: 'Per second, by status.', unit: 'short' },
        [{ expr: sum(rate(REQUESTS), 'http_response_status_code'), legend: '{{http_response_status_code}}' }],
        { stacked: true },
      ),
    )
    .withPanel(
      chart({ title: 'Event loop and Redis', about: 'The slowest of all processes.', unit: 's' }, [
        { expr: 'max(nodejs_eventloop_lag_p99_seconds)', legend: 'event loop lag, p99' },
        { expr: 'max(splitrun_redis_ping_seconds)', legend: 'Redis PING' },
      ]),
    )
}

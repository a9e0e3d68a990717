import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DATASOURCE } from './panels.ts'

/** A dashboard without panels, with what can be chosen at its top: the data source, the project, the task. */
export function emptyDashboard(
  title: string,
  uid: string,
  { oneTask = false }: { oneTask?: boolean } = {},
): DashboardBuilder {
  const project = new QueryVariableBuilder('project')
    .label('Project')
    .query('label_values(splitrun_task_info, project)')
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
  // Shown by its name, used by its id.
  const task = new QueryVariableBuilder('task')
    .label('Task')
    .query('query_result(splitrun_task_info{project=~"$project"})')
    .regex('/task="(?<value>[^"]+)".*task_name="(?<text>[^"]+)"/')
  if (!oneTask) {
    task.multi(true).includeAll(true).allValue('.*').current({ text: 'All', value: '$__all' })
  }
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .tags(['splitrun'])
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
  for (const variable of [project, task]) {
    variable
      .datasource(DATASOURCE)
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    dashboard.withVariable(variable)
  }
  return dashboard
}

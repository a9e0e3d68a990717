/** Runs of the projects and tasks that are chosen at the top of a dashboard. */
export const CHOSEN = 'project=~"$project",task=~"$task"'

/** How much a counter grew in a second. */
export const rate = (series: string): string => `rate(${series}[$__rate_interval])`

/** How much a counter grew over the dashboard's whole range. */
export const growth = (series: string): string => `increase(${series}[$__range])`

/** @param by labels to keep, separated by commas; none gives one number */
export const sum = (expr: string, by = ''): string =>
  by === '' ? `sum(${expr})` : `sum by (${by}) (${expr})`

/** @param buckets rates of a histogram's buckets */
export const quantile = (q: number, buckets: string, by = ''): string =>
  `histogram_quantile(${q}, ${sum(buckets, by === '' ? 'le' : `le, ${by}`)})`

/** Beside the ids of tasks their names, as `task_name`. */
export const withTaskName = (expr: string): string =>
  `${expr} * on (project, task) group_left (task_name) max by (project, task, task_name) (splitrun_task_info)`

/** Beside the ids of revisions what tells them apart: their `annotation`, and as `short` the end of the id. */
export const withRevisionName = (expr: string): string =>
  `label_replace((${expr}) * on (project, revision) group_left (annotation) ` +
  'max by (project, revision, annotation) (splitrun_revision_info), "short", "$1", "revision", ".*?(.{1,6})")'

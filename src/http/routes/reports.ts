import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import type { CardinalityStore } from '../../totals/cardinality-store.ts'
import { makeReport, type ReportDeps } from '../../totals/make-report.ts'
import { REPORTS, type ReportKind, type ReportName } from '../../totals/report.ts'
import { REPORT_RESPONSES, reportingGroup } from '../../totals/report-response.ts'
import { dateQuery } from '../date-query.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams, taskParams } from '../route.ts'

export const reportQuery = z.object({
  start_date: dateQuery.optional().meta({
    description: 'The first day; without it, the oldest that is kept. An instant stands for its day.',
  }),
  end_date: dateQuery.optional().meta({ description: 'The last day; without it, today.' }),
  reporting_group: z.string().min(1).max(100).optional().meta({ description: 'Only runs of this group.' }),
  show_reporting_group: z
    .stringbool()
    .default(false)
    .meta({ description: 'One row per revision and group, instead of one per revision.' }),
  show_days: z.stringbool().default(false).meta({ description: 'Also one row per day, in `days`.' }),
})

export interface ReportRouteDeps extends ReportDeps {
  readonly tasks: TaskStore
  readonly names: CardinalityStore
}

/** Reports on tasks and on whole projects, and the groups that runs were reported under. */
export function reportRoutes(deps: ReportRouteDeps): Endpoint[] {
  function report(
    kind: ReportKind,
    project: string,
    task: string | null,
    query: z.output<typeof reportQuery>,
  ) {
    return makeReport(deps, kind, {
      project,
      task,
      start: query.start_date ?? null,
      end: query.end_date ?? null,
      group: query.reporting_group ?? null,
      byGroup: query.show_reporting_group,
      byDay: query.show_days,
    })
  }

  const reports = Object.entries(REPORTS).flatMap(([name, kind]) => [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/${name}_report`,
      operation: `getTask${kind.title}Report`,
      tag: 'Reports',
      summary: `${kind.summary} of a task's runs, by revision`,
      scope: 'run:read',
      params: taskParams,
      query: reportQuery,
      response: REPORT_RESPONSES[name as ReportName],
      errorCodes: ['TASK_NOT_FOUND'],
      async handle({ params, query }) {
        if (!(await deps.tasks.recent(params.project_id, params.task_id))) {
          throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
        }
        return report(kind, params.project_id, params.task_id, query)
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/${name}_report`,
      operation: `getProject${kind.title}Report`,
      tag: 'Reports',
      summary: `${kind.summary} of a project's runs, by revision`,
      scope: 'run:read',
      params: projectParams,
      query: reportQuery,
      response: REPORT_RESPONSES[name as ReportName],
      errorCodes: [],
      handle: ({ params, query }) => report(kind, params.project_id, null, query),
    }),
  ])
  return [
    ...reports,
    endpoint({
      method: 'get',
      path: `${PROJECT}/reporting_group`,
      operation: 'listReportingGroups',
      tag: 'Reports',
      summary: 'List the reporting groups that runs ended under, by name',
      scope: 'run:read',
      params: projectParams,
      query: noQuery,
      response: z.array(reportingGroup),
      errorCodes: [],
      handle: async ({ params }) => (await deps.names.groups(params.project_id)).map((name) => ({ name })),
    }),
  ]
}

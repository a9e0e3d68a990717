import type { Response } from 'express'
import { z } from 'zod'
import { givenId } from '../../platform/id-schema.ts'
import { type ListRunsDeps, listRuns } from '../../runs/list-runs.ts'
import { RUN_STATUSES } from '../../runs/run.ts'
import { listedRun } from '../../runs/run-response.ts'
import { scoreFilter } from '../../tasks/scores/score-filter.ts'
import { dateQuery } from '../date-query.ts'
import { createPageBudget } from '../page-budget.ts'
import { type Endpoint, endpoint, PROJECT, pageOf, pageQuery, projectParams, taskParams } from '../route.ts'

export const listQuery = pageQuery.extend({
  status: z.enum(RUN_STATUSES).optional().meta({ description: 'Only runs in this state.' }),
  task_revision_id: givenId.optional().meta({ description: 'Only runs of this revision.' }),
  reference: z.string().optional().meta({ description: 'Only runs with this reference.' }),
  reporting_group: z.string().optional().meta({ description: 'Only runs of this reporting group.' }),
  reason: z.string().optional().meta({ description: 'Only runs that ended with this reason.' }),
  model: z.string().optional().meta({ description: 'Only runs that this model answered, by name or id.' }),
  min_ms: z.coerce.number().min(0).optional().meta({
    description: 'Only runs that ended and took at least so long from their creation, in milliseconds.',
  }),
  score: scoreFilter.optional().meta({
    description:
      'Only runs of which something was said under this name: `helpful`, `helpful:false`, or `stars:1..2` for numbers.',
  }),
  fields: z.enum(['all', 'summary']).default('all').meta({
    description: '`summary` leaves out `response`, `run_data` and `attempts`, and reads none of them.',
  }),
  start_date: dateQuery.optional().meta({ description: 'Only runs created then or later.' }),
  end_date: dateQuery.optional().meta({ description: 'Only runs created then or before.' }),
})

const runPage = pageOf(listedRun).extend({
  unreadable: z
    .array(z.string())
    .optional()
    .meta({
      description:
        'Ids of runs that a newer version of the server has stored and this one cannot read, though they may belong into ' +
        'this list. They count for `page_limit`. Absent where there are none.',
    }),
})

export interface RunListDeps {
  /** Reads what lists show, on a connection of its own. */
  readonly listedRuns: ListRunsDeps['runs']
  readonly runsPageMax: number
  readonly listsMax: number
}

/** Lists of runs: of a task, and of a project. */
export function runListRoutes(deps: RunListDeps): Endpoint[] {
  const holdPage = createPageBudget(deps.listsMax)

  async function list(
    project: string,
    query: z.output<typeof listQuery> & { shadow?: boolean },
    task: string | undefined,
    response: Response,
  ) {
    const filter = {
      task,
      status: query.status,
      revision: query.task_revision_id,
      reference: query.reference,
      reportingGroup: query.reporting_group,
      reason: query.reason,
      model: query.model,
      minMs: query.min_ms,
      score: query.score,
      shadow: query.shadow,
      from: query.start_date?.from,
      to: query.end_date?.to,
    }
    const { cursor = null, page_limit } = query
    const page = { cursor, limit: page_limit, summary: query.fields === 'summary' }
    const hold = (bytes: number) => holdPage(response, bytes)
    const reading = { runs: deps.listedRuns, pageBytesMax: deps.runsPageMax, hold }
    const { results, unreadable, next } = await listRuns(reading, project, filter, page)
    const pagination = { next_cursor: next, has_next: next !== null, page_limit }
    return { results, pagination, ...(unreadable.length > 0 ? { unreadable: [...unreadable] } : {}) }
  }

  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/run`,
      tag: 'Runs',
      operation: 'listTaskRuns',
      summary: 'List the runs of a task, newest first',
      response: runPage,
      errorCodes: ['TOO_MANY_REQUESTS'],
      scope: 'run:read',
      params: taskParams,
      query: listQuery.extend({
        shadow: z.stringbool().default(false).meta({
          description: 'Shadow runs that have ended, instead of the runs of callers.',
        }),
      }),
      async handle({ params, query, response }) {
        return list(params.project_id, query, params.task_id, response)
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task_run`,
      tag: 'Runs',
      operation: 'listRuns',
      summary: 'List the runs of a project, newest first',
      response: runPage,
      errorCodes: ['TOO_MANY_REQUESTS'],
      scope: 'run:read',
      params: projectParams,
      query: listQuery.extend({
        task_id: givenId.optional().meta({ description: 'Only runs of this task.' }),
      }),
      async handle({ params, query, response }) {
        return list(params.project_id, query, query.task_id, response)
      },
    }),
  ]
}

import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { givenId, shownId } from '../../platform/id-schema.ts'
import type { TaskLimits } from '../../tasks/task-fields.ts'
import { archiveSchema, createReadArchive } from '../../transfer/archive.ts'
import { type ExportDeps, exportProjects } from '../../transfer/export-projects.ts'
import { type ImportDeps, importArchive } from '../../transfer/import-archive.ts'
import { check } from '../check-request.ts'
import { type Endpoint, endpoint, noParams, PROJECT, projectParams } from '../route.ts'

export interface TransferRouteDeps extends ExportDeps, ImportDeps {
  readonly limits: TaskLimits
}

const count = z.int()
const importResponse = z
  .object({
    changed: z.boolean(),
    projects: z.array(
      z.object({
        org_id: shownId,
        project_id: shownId,
        created: z.boolean(),
        tasks: z.object({ created: count, updated: count, unchanged: count }),
        revisions: z.object({ created: count }),
        tags: z.object({ created: count, unchanged: count }),
      }),
    ),
  })
  .meta({ id: 'ImportReport', description: 'What an import made, changed and found as it was.' })

/** Moving tasks with all that belongs to them from one installation to another. */
export function transferRoutes(deps: TransferRouteDeps): Endpoint[] {
  const archive = archiveSchema(deps.limits)
  const importing = {
    method: 'post',
    tag: 'Tasks',
    query: z.object({
      replace: z
        .stringbool()
        .default(false)
        .meta({ description: 'Bring tasks that are there to what the file says, where they differ.' }),
    }),
    body: archive,
    readBody: createReadArchive(deps.limits, check),
    bodyLimit: deps.importLimit,
    response: importResponse,
  } as const
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/export`,
      tag: 'Tasks',
      operation: 'exportProject',
      summary: 'Export tasks with their revisions, weights and tags',
      scope: 'task:read',
      params: projectParams,
      query: z.object({
        task_id: z
          .union([givenId.transform((one) => [one]), z.array(givenId)])
          .optional()
          .meta({ description: 'Only these tasks; may be repeated.' }),
      }),
      response: archive,
      errorCodes: ['TASK_NOT_FOUND', 'EXPORT_TOO_LARGE'],
      handle: async ({ params, query }) => exportProjects(deps, [params.project_id], query.task_id),
    }),
    endpoint({
      ...importing,
      path: `${PROJECT}/import`,
      operation: 'importIntoProject',
      summary: 'Import an exported project into this one',
      scope: 'task:write',
      params: projectParams,
      errorCodes: ['IMPORT_CONFLICT', 'TOO_MANY_REQUESTS'],
      async handle({ caller, params, query, body }) {
        const onto = await deps.tenants.project(params.project_id)
        if (!onto) throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
        return importArchive(deps, body, onto, query.replace, caller.id)
      },
    }),
    endpoint({
      ...importing,
      path: '/import',
      operation: 'importProjects',
      summary: 'Import exported projects; they and their organisations are created where they are not there',
      scope: 'admin',
      params: noParams,
      errorCodes: ['IMPORT_CONFLICT', 'TOO_MANY_REQUESTS'],
      handle: ({ caller, query, body }) => importArchive(deps, body, null, query.replace, caller.id),
    }),
  ]
}

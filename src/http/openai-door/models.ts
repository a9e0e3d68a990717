import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { noVersion } from '../../tasks/naming/find-task.ts'
import type { NamedTask } from '../../tasks/naming/task-names-store.ts'
import type { Caller } from '../../tenancy/caller.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'
import { findByModel, modelNameOf } from './find-addressed.ts'
import { seconds } from './objects/door-ids.ts'
import type { DoorDeps } from './start-door-run.ts'

const openAiModel = z
  .object({
    id: z
      .string()
      .meta({ description: '`task/` and the name of the task; with the version that was asked for.' }),
    object: z.literal('model'),
    created: z.int().min(0).meta({ description: 'Seconds since the epoch.' }),
    owned_by: z.literal('splitrun'),
  })
  .meta({ id: 'OpenAiModel', description: 'A task that can be run.' })
const modelList = z.object({ object: z.literal('list'), data: z.array(openAiModel) })

const present = (task: Pick<NamedTask, 'name' | 'created'>) => ({
  id: modelNameOf(task),
  object: 'model' as const,
  created: seconds(Date.parse(task.created)),
  owned_by: 'splitrun' as const,
})

/** Tasks as models: what clients offer for choice. Whoever may run tasks may see their names. */
export function modelRoutes(deps: DoorDeps): Endpoint[] {
  async function list({ projectId, taskId }: Caller): Promise<NamedTask[]> {
    const project = projectId ?? ''
    if (taskId === null) return deps.taskNames.newest(project, deps.openaiModelsMax)
    const task = await deps.tasks.recent(project, taskId)
    return task ? [task] : []
  }

  async function read(caller: Caller, model: string) {
    const { task, revision, revisionTag, candidates } = await findByModel(deps, caller, model)
    if (!task.enabled) {
      throw new ApiError('TASK_NOT_FOUND', `The task ${JSON.stringify(model)} is disabled.`, {
        param: 'model',
      })
    }
    const isVersion = revision !== null || revisionTag !== null
    if (isVersion && candidates.length === 0) throw noVersion()
    const shown = present(task)
    return isVersion ? { ...shown, id: shown.id + model.slice(model.indexOf('@')) } : shown
  }

  const one = {
    method: 'get',
    door: 'openai',
    tag: 'OpenAI',
    response: openAiModel,
    errorCodes: ['TASK_NOT_FOUND', 'TASK_REVISION_NOT_FOUND'],
    scope: 'run:write',
    query: noQuery,
  } as const

  return [
    endpoint({
      method: 'get',
      path: '/v1/models',
      door: 'openai',
      tag: 'OpenAI',
      operation: 'listOpenAiModels',
      summary: 'List the tasks that can be run, newest first',
      response: modelList,
      errorCodes: [],
      scope: 'run:write',
      params: noParams,
      query: noQuery,
      async handle({ caller }) {
        const tasks = await list(caller)
        return { object: 'list' as const, data: tasks.filter(({ enabled }) => enabled).map(present) }
      },
    }),
    endpoint({
      ...one,
      path: '/v1/models/:model',
      operation: 'retrieveOpenAiModel',
      summary: 'Read a task as a model',
      params: z.object({
        model: z.string().max(300).meta({ description: 'As it is listed, percent-encoded.' }),
      }),
      handle: ({ caller, params }) => read(caller, params.model),
    }),
    // Some clients put the name into the path as it is.
    endpoint({
      ...one,
      path: '/v1/models/task/:name',
      operation: 'retrieveOpenAiTask',
      summary: 'Read a task as a model, its name not encoded',
      params: z.object({ name: z.string().max(300).meta({ description: 'What stands behind `task/`.' }) }),
      handle: ({ caller, params }) => read(caller, `task/${params.name}`),
    }),
  ]
}

import { z } from 'zod'
import type { AdaptationStore } from '../../models/learned/adaptation-store.ts'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { modelResponse, presentModel } from '../../models/model-response.ts'
import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams, taskParams } from '../route.ts'

export interface CatalogueRouteDeps {
  readonly tasks: TaskStore
  readonly models: ModelRegistry
  readonly adaptations: AdaptationStore
}

/** What tasks may name. All are bare arrays; of most, this server has none. */
export function catalogueRoutes({ tasks, models, adaptations }: CatalogueRouteDeps): Endpoint[] {
  const nothing = (name: string, operation: string, things: string) =>
    endpoint({
      method: 'get',
      path: `${PROJECT}/${name}`,
      tag: 'Tasks',
      operation,
      summary: `List ${things}; this server has none`,
      errorCodes: [],
      scope: 'task:read',
      params: projectParams,
      query: noQuery,
      response: z.array(z.never()),
      handle: async () => [],
    })

  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/model`,
      tag: 'Models',
      operation: 'listModels',
      summary: 'List the models that tasks may name',
      errorCodes: [],
      scope: 'task:read',
      params: projectParams,
      query: z.object({
        include_retired: z
          .stringbool()
          .default(false)
          .meta({ description: 'Also those that new revisions may not name.' }),
      }),
      response: z.array(modelResponse),
      async handle({ query }) {
        const learned = await adaptations.read(sharedNow())
        const listed = models.list({ includeRetired: query.include_retired })
        return listed.map((model) => presentModel(model, learned.get(model.id) ?? null))
      },
    }),
    nothing('input_processor', 'listInputProcessors', 'input processors'),
    nothing('task_forwarder_type', 'listTaskForwarderTypes', 'the kinds of task forwarders'),
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/share`,
      tag: 'Tasks',
      operation: 'listTaskShares',
      summary: 'List the shares of a task; this server has none',
      scope: 'task:read',
      params: taskParams,
      query: noQuery,
      response: z.array(z.never()),
      errorCodes: [],
      async handle({ params }) {
        if (await tasks.read(params.project_id, params.task_id)) return []
        throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
      },
    }),
  ]
}

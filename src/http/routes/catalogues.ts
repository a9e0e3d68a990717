import { z } from 'zod'
import { type ProcessorCatalogue, processorResponse } from '../../inputs/processor-catalogue.ts'
import { checkModel } from '../../models/check/check-model.ts'
import { CHECKS } from '../../models/check/model-check.ts'
import type { AdaptationStore } from '../../models/learned/adaptation-store.ts'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { modelResponse, presentModel } from '../../models/model-response.ts'
import type { RetirementStore } from '../../models/retirement/retirement-store.ts'
import { sharedNow } from '../../platform/clock.ts'
import { ApiError } from '../../platform/errors.ts'
import type { TaskStore } from '../../tasks/task-store.ts'
import { tasksOfModels } from '../../tasks/tasks-of-models.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams, taskParams } from '../route.ts'

/** Beyond it, what is left counts as out of reach. */
const LONGEST_CHECK_MS = 240_000

export const modelCheckResponse = z
  .object({
    model: z.string(),
    checks: z.array(
      z.object({
        check: z.enum(CHECKS),
        result: z.enum(['ok', 'failed', 'skipped']),
        detail: z.string(),
        fix: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ModelChecks', description: 'What was tried of a model, and what to do about what failed.' })

export interface CatalogueRouteDeps {
  readonly tasks: TaskStore
  readonly models: ModelRegistry
  readonly processors: ProcessorCatalogue
  readonly adaptations: AdaptationStore
  readonly retirements: RetirementStore
}

/** What tasks may name. All are bare arrays; of most, this server has none. */
export function catalogueRoutes(deps: CatalogueRouteDeps): Endpoint[] {
  const { tasks, models, adaptations, retirements } = deps
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
      async handle({ params, query }) {
        const [learned, ends] = await Promise.all([adaptations.read(sharedNow()), retirements.read()])
        const uses = ends.size > 0 ? await tasksOfModels(deps, params.project_id, new Set(ends.keys())) : []
        const listed = models.list({ includeRetired: query.include_retired })
        return listed.map((model) =>
          presentModel(model, {
            adapted: learned.get(model.id) ?? null,
            retires: ends.get(model.id)?.retires ?? null,
            usedBy: uses.filter((use) => use.model === model.id).map(({ task: id, name }) => ({ id, name })),
          }),
        )
      },
    }),
    endpoint({
      method: 'post',
      path: `${PROJECT}/model/:model/check`,
      tag: 'Models',
      operation: 'checkModel',
      summary: 'Try a model with a few small requests, and say how to mend what fails',
      errorCodes: ['NOT_FOUND'],
      scope: 'admin',
      params: projectParams.extend({ model: z.string().meta({ description: 'Its id, name or alias.' }) }),
      query: noQuery,
      response: modelCheckResponse,
      async handle({ params }) {
        const model = models.find(params.model)
        if (!model) throw new ApiError('NOT_FOUND', 'There is no such model.')
        return { model: model.name, checks: await checkModel(model, AbortSignal.timeout(LONGEST_CHECK_MS)) }
      },
    }),
    endpoint({
      method: 'get',
      path: `${PROJECT}/input_processor`,
      tag: 'Tasks',
      operation: 'listInputProcessors',
      summary: 'List what can change the inputs of runs, and how it is configured',
      errorCodes: [],
      scope: 'task:read',
      params: projectParams,
      query: noQuery,
      response: z.array(processorResponse),
      handle: async () => [...deps.processors.list()],
    }),
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

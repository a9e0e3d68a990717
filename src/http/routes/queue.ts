import { z } from 'zod'
import type { LimitReader } from '../../models/limits/limit-reader.ts'
import { lanesOf, modelOfLane } from '../../models/limits/rate-limits.ts'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { sharedNow } from '../../platform/clock.ts'
import type { QueueState } from '../../runs/store/queue-state.ts'
import type { RunStore } from '../../runs/store/run-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

export interface QueueRouteDeps {
  readonly runs: RunStore
  readonly models: ModelRegistry
  readonly limitReader: LimitReader
}

const count = z.int().min(0)

export const queueResponse = z
  .object({
    queued: count.meta({ description: 'Runs of the project that wait, those that are held included.' }),
    held: count.meta({
      description:
        'Of them, those that are not in the queue yet: beyond the window of their model, or deferred.',
    }),
    running: count.meta({ description: 'Runs of the project that a worker has.' }),
    oldest_age: z.number().min(0).nullable().meta({
      description: 'Seconds since the creation of the oldest run that waits; null where none does.',
    }),
    workers: count.nullable().meta({
      description: 'Worker processes of the installation, busy or not; null where Redis does not say.',
    }),
    by_model: z
      .array(
        z.object({
          model: z.string().nullable().meta({ description: 'Its name; null where it is not known yet.' }),
          queued: count,
          held: count,
          running: count,
        }),
      )
      .meta({
        description: 'Models that runs wait for or are with, the most first. Deferred runs are in none.',
      }),
    limits: z
      .array(
        z.object({
          type: z.enum(['model', 'server']).meta({ description: 'Whose limit it is.' }),
          name: z.string().meta({ description: 'Of the model, or of its server.' }),
          limit: z.string().meta({ description: 'As the models file names it.' }),
          most: z.number(),
          left: z.number().meta({
            description:
              'Of a rate: of a minute’s worth, below 0 for a debt. Of `concurrent`: how many more calls may be made.',
          }),
        }),
      )
      .meta({ description: 'Limits of models and servers, which the whole installation shares.' }),
  })
  .meta({
    id: 'Queue',
    examples: [
      {
        ...{ queued: 12, held: 0, running: 4, oldest_age: 1.2, workers: 2 },
        by_model: [{ model: 'simulated-large', queued: 12, held: 0, running: 4 }],
        limits: [{ type: 'model', name: 'large', limit: 'requests_per_minute', most: 500, left: 431.5 }],
      },
    ],
  })

/** What waits, for consoles and autoscalers. */
export function queueRoutes({ runs, models, limitReader }: QueueRouteDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/queue`,
      tag: 'Runs',
      operation: 'getQueue',
      summary: 'What of the project waits and runs now',
      response: queueResponse,
      errorCodes: [],
      scope: 'run:read',
      params: projectParams,
      query: noQuery,
      async handle({ params }) {
        const all = models.list({ includeRetired: true })
        const lanes = all.flatMap((model) => lanesOf(model, params.project_id))
        const [found, usage] = await Promise.all([
          runs.queueState(params.project_id, lanes, sharedNow()),
          limitReader.usage(),
        ])
        const byModel = [...byModelOf(found)]
          .filter(([, each]) => each.queued + each.running > 0)
          .map(([id, each]) => ({ model: id === '' ? null : (models.find(id)?.name ?? id), ...each }))
        return {
          queued: found.queued,
          held: found.held,
          running: found.running,
          oldest_age: found.oldestMs === null ? null : found.oldestMs / 1000,
          workers: found.workers,
          by_model: byModel.sort((a, b) => b.queued + b.running - (a.queued + a.running)),
          limits: usage.limits.map(({ type, name, limit, most, left }) => ({
            type,
            name,
            limit,
            most,
            left,
          })),
        }
      },
    }),
  ]
}

/** The lanes of a model together. */
function byModelOf({ byModel }: QueueState): Map<string, { queued: number; held: number; running: number }> {
  const sums = new Map<string, { queued: number; held: number; running: number }>()
  for (const [lane, { queued, held, running }] of byModel) {
    const model = modelOfLane(lane)
    const known = sums.get(model) ?? { queued: 0, held: 0, running: 0 }
    const sum = { queued: known.queued + queued, held: known.held + held, running: known.running + running }
    sums.set(model, sum)
  }
  return sums
}

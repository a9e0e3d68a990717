import { z } from 'zod'
import { type CompareRevisionsDeps, compareRevisions } from '../../../decisions/compare-revisions.ts'
import { comparisonResponse } from '../../../decisions/comparison-response.ts'
import { presentComparison } from '../../../decisions/present-comparison.ts'
import { givenId } from '../../../platform/id-schema.ts'
import { dateQuery } from '../../date-query.ts'
import { type Endpoint, endpoint, PROJECT, taskParams } from '../../route.ts'

export const comparisonQuery = z.object({
  baseline: givenId.optional().meta({
    description:
      'The revision that others are compared with; the one with the largest share where it is absent.',
  }),
  since: dateQuery.optional().meta({
    description: 'Only runs that ended since then, by whole hours; without it, all that are kept.',
  }),
  primary: z.string().max(50).default('failed').meta({
    description:
      'The metric that matters most: half of `alpha` is for it alone. `failed`, `invalid`, `cancelled`, `latency`, `cost`, `tokens`, or `score:` and the name of a score.',
  }),
  alpha: z.coerce.number().min(0.0001).max(0.5).default(0.05).meta({
    description: 'The probability with which any verdict may be wrong, however often this is asked.',
  }),
})

export type ComparisonRouteDeps = CompareRevisionsDeps

/** Which revision is better. */
export function comparisonRoutes(deps: ComparisonRouteDeps): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: `${PROJECT}/task/:task_id/comparison`,
      tag: 'Reports',
      operation: 'compareRevisions',
      summary: 'Compare the revisions that have traffic, with a verdict that holds however often one looks',
      scope: 'run:read',
      params: taskParams,
      query: comparisonQuery,
      response: comparisonResponse,
      errorCodes: ['TASK_NOT_FOUND', 'TASK_REVISION_NOT_FOUND', 'NO_ACTIVE_REVISION'],
      async handle({ params, query }) {
        const { primary, alpha } = query
        const compared = await compareRevisions(deps, {
          ...{ project: params.project_id, task: params.task_id, primary, alpha },
          baseline: query.baseline ?? null,
          since: query.since?.from ?? null,
        })
        return presentComparison(compared, { primary, alpha })
      },
    }),
  ]
}

import type { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { checkNames } from '../../policies/check-names.ts'
import type { PolicyList } from '../../policies/policy-list.ts'
import {
  answersNotModified,
  etag,
  etagOfState,
  ifMatch,
  ifNoneMatch,
  readIfMatch,
} from '../headers/if-match.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

/** Policies of one kind, as callers see them. */
export interface PolicyKind<P, B, A> {
  readonly path: 'budget' | 'limit'
  /** Ends the names of the operations. */
  readonly noun: 'Budgets' | 'Limits'
  readonly summaries: { readonly get: string; readonly set: string }
  readonly policies: Pick<PolicyList<P>, 'listOf' | 'replace'>
  /** The member of the body that has all of them. */
  readonly member: string & keyof B
  readonly body: z.ZodType<B>
  readonly response: z.ZodType<A>
  /** What is shown of them. */
  show(project: string, policies: readonly P[]): Promise<A>
  /** So many of them a project may have. */
  readonly most: number
}

/** Reading and replacing all policies of one kind that a project has. */
export function policyRoutes<P extends { readonly name: string }, B extends Record<string, P[]>, A>(
  kind: PolicyKind<P, B, A>,
): Endpoint[] {
  const { noun, policies, member, response, most } = kind
  const shared = {
    ...({ path: `${PROJECT}/${kind.path}`, tag: 'Tenants', params: projectParams, query: noQuery } as const),
    ...{ response, responseHeaders: etag },
  }
  async function present(project: string): Promise<{ shown: A; tag: string }> {
    const { policies: own, state } = await policies.listOf(project)
    const shown = await kind.show(project, own)
    return { shown, tag: etagOfState(state, shown) }
  }
  return [
    endpoint({
      ...shared,
      method: 'get',
      operation: `get${noun}`,
      summary: kind.summaries.get,
      errorCodes: [],
      scope: 'run:read',
      headers: ifNoneMatch,
      async handle({ params, request, response }) {
        const { shown, tag } = await present(params.project_id)
        return answersNotModified(request, response, tag) ? undefined : shown
      },
    }),
    endpoint({
      ...shared,
      method: 'post',
      operation: `set${noun}`,
      summary: kind.summaries.set,
      errorCodes: ['STALE_POLICIES'],
      scope: 'admin',
      headers: ifMatch,
      body: kind.body,
      async handle({ params: { project_id }, body, request, response }) {
        checkNames(body[member] ?? [], member, most)
        const isExpected = readIfMatch(request.get('if-match'))
        if (!(await policies.replace(project_id, body[member] ?? [], isExpected))) {
          throw new ApiError('STALE_POLICIES', `The ${noun.toLowerCase()} have changed since they were read.`)
        }
        const { shown, tag } = await present(project_id)
        response.setHeader('ETag', tag)
        return shown
      },
    }),
  ]
}

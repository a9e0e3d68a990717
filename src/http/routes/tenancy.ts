import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { type Endpoint, endpoint, noParams, noQuery, orgParams } from '../route.ts'

const named = z.strictObject({
  name: z.string().trim().min(1).max(100),
  id: z.uuid().toLowerCase().optional(),
})

const orgAnswer = z.object({ id: z.uuid(), name: z.string(), created: z.iso.datetime() })
const projectAnswer = orgAnswer.extend({ org_id: z.uuid() })

/** Organisations and projects: the administrator's calls. */
export function tenancyRoutes({ tenants }: { tenants: TenantStore }): Endpoint[] {
  const shared = { scope: 'admin', query: noQuery } as const
  const taken = () => new ApiError('ID_CONFLICT', 'The id is taken.')
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/org',
      summary: 'List organisations',
      params: noParams,
      answer: z.array(orgAnswer),
      handle: () => tenants.organisations(),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org',
      summary: 'Create an organisation',
      params: noParams,
      body: named,
      answer: orgAnswer,
      reasons: ['ID_CONFLICT'],
      async handle({ body }) {
        const made = await tenants.createOrganisation(body.name, body.id)
        if (!made) throw taken()
        return made
      },
    }),
    endpoint({
      ...shared,
      method: 'get',
      path: '/org/:org_id/project',
      summary: 'List the projects of an organisation',
      params: orgParams,
      answer: z.array(projectAnswer),
      handle: ({ params }) => tenants.projects(params.org_id),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org/:org_id/project',
      summary: 'Create a project',
      params: orgParams,
      body: named,
      answer: projectAnswer,
      reasons: ['NOT_FOUND', 'ID_CONFLICT'],
      async handle({ params, body }) {
        if (!(await tenants.organisation(params.org_id))) {
          throw new ApiError('NOT_FOUND', 'There is no such organisation.')
        }
        const made = await tenants.createProject(params.org_id, body.name, body.id)
        if (!made) throw taken()
        return made
      },
    }),
  ]
}

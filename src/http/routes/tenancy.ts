import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { givenId } from '../../platform/id-schema.ts'
import { organisationResponse, projectResponse } from '../../tenancy/tenant-response.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { type Endpoint, endpoint, noParams, noQuery, orgParams } from '../route.ts'

const named = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    id: givenId.optional(),
  })
  .meta({ id: 'Named', examples: [{ name: 'Acme' }] })

export interface TenancyRouteDeps {
  readonly tenants: TenantStore
}

/** Organisations and projects: the administrator's calls. */
export function tenancyRoutes({ tenants }: TenancyRouteDeps): Endpoint[] {
  const shared = { scope: 'admin', tag: 'Tenants', query: noQuery } as const
  const taken = () => new ApiError('ID_CONFLICT', 'The id is taken.')
  return [
    endpoint({
      ...shared,
      method: 'get',
      path: '/org',
      operation: 'listOrganisations',
      summary: 'List organisations',
      errorCodes: [],
      params: noParams,
      response: z.array(organisationResponse),
      handle: () => tenants.organisations(),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org',
      operation: 'createOrganisation',
      summary: 'Create an organisation',
      params: noParams,
      body: named,
      response: organisationResponse,
      errorCodes: ['ID_CONFLICT'],
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
      operation: 'listProjects',
      summary: 'List the projects of an organisation',
      errorCodes: [],
      params: orgParams,
      response: z.array(projectResponse),
      handle: ({ params }) => tenants.projects(params.org_id),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org/:org_id/project',
      operation: 'createProject',
      summary: 'Create a project',
      params: orgParams,
      body: named,
      response: projectResponse,
      errorCodes: ['NOT_FOUND', 'ID_CONFLICT'],
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

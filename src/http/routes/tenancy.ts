import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { givenId } from '../../platform/id-schema.ts'
import type { Caller } from '../../tenancy/caller.ts'
import { organisationResponse, projectResponse } from '../../tenancy/tenant-response.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { noOrganisation } from '../authenticate.ts'
import {
  type Endpoint,
  endpoint,
  noParams,
  noQuery,
  orgParams,
  PROJECT,
  page,
  pageOf,
  pageQuery,
  projectParams,
} from '../route.ts'

const named = z
  .object({
    name: z.string().trim().min(1).max(100),
    id: givenId.optional(),
  })
  .meta({ id: 'Named', examples: [{ name: 'Acme' }] })

export interface TenancyRouteDeps {
  readonly tenants: TenantStore
}

const isAdmin = ({ scopes }: Caller): boolean => scopes.includes('admin')

/** Organisations and projects. The administrator creates them and sees all; a token of a project sees its own. */
export function tenancyRoutes({ tenants }: TenancyRouteDeps): Endpoint[] {
  const making = { method: 'post', scope: 'admin', tag: 'Tenants', query: noQuery } as const
  const reading = { method: 'get', scope: 'project', tag: 'Tenants' } as const
  const taken = () => new ApiError('ID_CONFLICT', 'The id is taken.')
  const noProject = () => new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')

  async function organisation(id: string) {
    const found = await tenants.organisation(id)
    if (!found) throw noOrganisation()
    return found
  }
  async function project(id: string) {
    const found = await tenants.project(id)
    if (!found) throw noProject()
    return found
  }

  return [
    endpoint({
      ...reading,
      path: '/org',
      operation: 'listOrganisations',
      summary: 'List the organisations that the token reaches, newest first',
      errorCodes: [],
      params: noParams,
      query: pageQuery,
      response: pageOf(organisationResponse),
      async handle({ caller, query: { cursor, page_limit } }) {
        if (isAdmin(caller))
          return page(await tenants.organisations({ cursor, limit: page_limit + 1 }), page_limit)
        return page(below(cursor, [await organisation(caller.orgId ?? '')]), page_limit)
      },
    }),
    endpoint({
      ...making,
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
      ...reading,
      path: '/org/:org_id',
      operation: 'getOrganisation',
      summary: 'Read an organisation that the token reaches',
      errorCodes: ['NOT_FOUND'],
      params: orgParams,
      query: noQuery,
      response: organisationResponse,
      handle: ({ params }) => organisation(params.org_id),
    }),
    endpoint({
      ...reading,
      path: '/org/:org_id/project',
      operation: 'listProjects',
      summary: 'List the projects of an organisation that the token reaches, newest first',
      errorCodes: ['NOT_FOUND'],
      params: orgParams,
      query: pageQuery,
      response: pageOf(projectResponse),
      async handle({ caller, params: { org_id }, query: { cursor, page_limit } }) {
        if (!isAdmin(caller)) return page(below(cursor, [await project(caller.projectId ?? '')]), page_limit)
        await organisation(org_id)
        return page(await tenants.projects(org_id, { cursor, limit: page_limit + 1 }), page_limit)
      },
    }),
    endpoint({
      ...making,
      path: '/org/:org_id/project',
      operation: 'createProject',
      summary: 'Create a project',
      params: orgParams,
      body: named,
      response: projectResponse,
      errorCodes: ['NOT_FOUND', 'ID_CONFLICT'],
      async handle({ params, body }) {
        await organisation(params.org_id)
        const made = await tenants.createProject(params.org_id, body.name, body.id)
        if (!made) throw taken()
        return made
      },
    }),
    endpoint({
      ...reading,
      path: PROJECT,
      operation: 'getProject',
      summary: 'Read a project that the token reaches',
      errorCodes: [],
      params: projectParams,
      query: noQuery,
      response: projectResponse,
      handle: ({ params }) => project(params.project_id),
    }),
  ]
}

const below = <T extends { id: string }>(cursor: string | undefined, all: readonly T[]): readonly T[] =>
  all.filter(({ id }) => !cursor || id < cursor)

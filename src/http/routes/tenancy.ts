import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { PROJECT_SCOPES, SCOPES } from '../../tenancy/tenant.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { type Endpoint, endpoint, noParams, noQuery, orgParams, PROJECT, projectParams } from '../route.ts'

const named = z.strictObject({
  name: z.string().trim().min(1).max(100),
  id: z.uuid().toLowerCase().optional(),
})

const newKey = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z
    .array(z.enum(SCOPES).exclude(['admin']))
    .min(1)
    .default([...PROJECT_SCOPES] as never),
  expires: z.iso.datetime({ offset: true }).nullish(),
})

/** Organisations, projects and keys: the administrator's calls. */
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
      handle: () => tenants.organisations(),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org',
      summary: 'Create an organisation',
      params: noParams,
      body: named,
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
      handle: ({ params }) => tenants.projects(params.org_id),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: '/org/:org_id/project',
      summary: 'Create a project',
      params: orgParams,
      body: named,
      async handle({ params, body }) {
        if (!(await tenants.organisation(params.org_id))) {
          throw new ApiError('NOT_FOUND', 'There is no such organisation.')
        }
        const made = await tenants.createProject(params.org_id, body.name, body.id)
        if (!made) throw taken()
        return made
      },
    }),
    endpoint({
      ...shared,
      method: 'get',
      path: `${PROJECT}/api_key`,
      summary: 'List keys, without their secrets',
      params: projectParams,
      handle: ({ params }) => tenants.apiKeys(params.project_id),
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: `${PROJECT}/api_key`,
      summary: 'Create a key; its secret is shown here only',
      params: projectParams,
      body: newKey,
      async handle({ params, body }) {
        const project = await tenants.project(params.project_id)
        if (!project) throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
        const { key, secret } = await tenants.createApiKey(
          project,
          body.name,
          body.scopes,
          body.expires ?? null,
        )
        return { ...key, token: secret }
      },
    }),
    endpoint({
      ...shared,
      method: 'post',
      path: `${PROJECT}/api_key/:api_key_id/revoke`,
      summary: 'Revoke a key',
      params: projectParams.extend({ api_key_id: z.uuid().toLowerCase() }),
      async handle({ params }) {
        const revoked = await tenants.revokeApiKey(params.project_id, params.api_key_id)
        if (!revoked) throw new ApiError('NOT_FOUND', 'There is no such key.')
        return revoked
      },
    }),
  ]
}

import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { givenId } from '../../platform/id-schema.ts'
import type { Caller } from '../../tenancy/caller.ts'
import { type Credential, type CredentialKind, presentCredential } from '../../tenancy/credential.ts'
import { CREDENTIAL_ANSWERS } from '../../tenancy/credential-response.ts'
import type { CredentialStore, Issued } from '../../tenancy/credential-store.ts'
import { GRANTABLE_SCOPES, PROJECT_SCOPES, type Scope } from '../../tenancy/tenant.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

/** What the two kinds are called, for people and for generated clients. */
const KINDS = {
  api_key: { word: 'key', name: 'ApiKey' },
  oauth_client: { word: 'OAuth client', name: 'OAuthClient' },
} as const

export const newCredential = z
  .object({
    name: z.string().trim().min(1).max(100),
    scopes: z
      .array(z.enum(GRANTABLE_SCOPES))
      .min(1)
      .default([...PROJECT_SCOPES])
      .transform((scopes) => [...new Set(scopes)]),
    expires: z.iso
      .datetime({ offset: true })
      .transform((time) => new Date(time).toISOString())
      .nullish(),
    id: givenId.optional(),
  })
  .meta({ id: 'NewCredential', override: { examples: [{ name: 'ci', scopes: ['run:read', 'run:write'] }] } })

const oneParams = projectParams.extend({
  credential_id: givenId.meta({ description: 'Id of the key or the client.' }),
})

export interface CredentialRouteDeps {
  readonly tenants: TenantStore
  readonly apiKeys: CredentialStore
  readonly clients: CredentialStore
}

/** Keys and OAuth clients of a project: calls of the administrator, and of its tokens with `key:write`. */
export function credentialRoutes(deps: CredentialRouteDeps): Endpoint[] {
  return [
    ...routesOf('api_key', deps.apiKeys, deps.tenants),
    ...routesOf('oauth_client', deps.clients, deps.tenants),
  ]
}

function routesOf(kind: CredentialKind, store: CredentialStore, tenants: TenantStore): Endpoint[] {
  const { word, name } = KINDS[kind]
  const { listed, made } = CREDENTIAL_ANSWERS[kind]
  const all = {
    path: `${PROJECT}/${kind}`,
    scope: 'key:write',
    tag: 'Tenants',
    params: projectParams,
    query: noQuery,
  } as const
  const one = { ...all, path: `${all.path}/:credential_id`, params: oneParams } as const

  const isClient = kind === 'oauth_client'
  const show = (credential: Credential) => {
    const shown = presentCredential(credential)
    return isClient ? { ...shown, client_id: credential.id } : shown
  }
  const showWithSecret = ({ credential, secret }: Issued) =>
    isClient
      ? { ...presentCredential(credential), client_id: credential.id, client_secret: secret }
      : { ...presentCredential(credential), token: secret }
  function found<T>(credential: T | null): T {
    if (!credential) throw new ApiError('NOT_FOUND', `There is no such ${word}.`)
    return credential
  }

  return [
    endpoint({
      ...one,
      method: 'get',
      operation: `get${name}`,
      summary: `Read a ${word}, without its secret`,
      response: listed,
      errorCodes: ['NOT_FOUND'],
      handle: async ({ params }) => show(found(await store.read(params.project_id, params.credential_id))),
    }),
    endpoint({
      ...all,
      method: 'get',
      operation: `list${name}s`,
      summary: `List the ${word}s of a project, without their secrets`,
      response: z.array(listed),
      errorCodes: [],
      handle: async ({ params }) => (await store.list(params.project_id)).map(show),
    }),
    endpoint({
      ...all,
      method: 'post',
      operation: `create${name}`,
      summary: `Create a ${word}; its secret is shown here only`,
      body: newCredential,
      response: made,
      errorCodes: ['ID_CONFLICT', 'TOO_MANY_KEYS'],
      async handle({ caller, params, body }) {
        checkGrant(caller, body.scopes)
        if (body.id !== undefined && !isAdmin(caller)) {
          throw new ApiError('PERMISSION_CHECK_FAILED', 'Only the administrator chooses ids.')
        }
        const project = await tenants.project(params.project_id)
        if (!project) throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
        const issued = await store.create(project, { ...body, expires: body.expires ?? null })
        if (!issued) throw new ApiError('ID_CONFLICT', 'The id is taken.')
        return showWithSecret(issued)
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: `${one.path}/rotate`,
      operation: `rotate${name}`,
      summary: `Give a ${word} a new secret; the old one and what it brought end within a second`,
      response: made,
      errorCodes: ['NOT_FOUND', 'CREDENTIAL_REVOKED'],
      async handle({ caller, params: { project_id, credential_id } }) {
        // Whoever has the new secret has its scopes, which never change.
        checkGrant(caller, found(await store.read(project_id, credential_id)).scopes)
        const rotated = found(await store.rotate(project_id, credential_id))
        if (rotated.credential.revoked) throw new ApiError('CREDENTIAL_REVOKED', `The ${word} is revoked.`)
        return showWithSecret(rotated)
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: `${one.path}/revoke`,
      operation: `revoke${name}`,
      summary: `Revoke a ${word} for good, within a second everywhere`,
      response: listed,
      errorCodes: ['NOT_FOUND'],
      handle: async ({ params }) => show(found(await store.revoke(params.project_id, params.credential_id))),
    }),
    endpoint({
      ...one,
      method: 'delete',
      operation: `delete${name}`,
      summary: `Delete a ${word}, within a second everywhere`,
      response: listed,
      errorCodes: ['NOT_FOUND'],
      handle: async ({ params }) => show(found(await store.remove(params.project_id, params.credential_id))),
    }),
  ]
}

const isAdmin = ({ scopes }: Caller): boolean => scopes.includes('admin')

/** @throws {ApiError} PERMISSION_CHECK_FAILED when the caller would grant a scope that it lacks */
function checkGrant(caller: Caller, scopes: readonly Scope[]): void {
  const beyond = scopes.filter((scope) => !isAdmin(caller) && !caller.scopes.includes(scope))
  if (beyond.length === 0) return
  throw new ApiError('PERMISSION_CHECK_FAILED', `The token lacks what it would grant: ${beyond.join(', ')}.`)
}

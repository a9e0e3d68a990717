import { z } from 'zod'
import { ApiError } from '../../platform/errors.ts'
import { type Credential, type CredentialKind, presentCredential } from '../../tenancy/credential.ts'
import type { CredentialStore, Issued } from '../../tenancy/credential-store.ts'
import { PROJECT_SCOPES } from '../../tenancy/tenant.ts'
import type { TenantStore } from '../../tenancy/tenant-store.ts'
import { type Endpoint, endpoint, noQuery, PROJECT, projectParams } from '../route.ts'

/** The two kinds differ in what they and their secrets are called. */
const KINDS = {
  api_key: { word: 'key', secret: 'token', more: {} },
  oauth_client: { word: 'OAuth client', secret: 'client_secret', more: { client_id: z.uuid() } },
} as const

const newCredential = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z
    .array(z.enum(PROJECT_SCOPES))
    .min(1)
    .default([...PROJECT_SCOPES])
    .transform((scopes) => [...new Set(scopes)]),
  expires: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .nullish(),
  id: z.uuid().toLowerCase().optional(),
})

const credentialAnswer = z.object({
  id: z.uuid(),
  org_id: z.uuid(),
  project_id: z.uuid(),
  name: z.string(),
  scopes: z.array(z.enum(PROJECT_SCOPES)),
  created: z.iso.datetime(),
  expires: z.iso.datetime().nullable(),
  revoked: z.boolean(),
})

const oneParams = projectParams.extend({ credential_id: z.uuid().toLowerCase() })

/** Keys and OAuth clients of a project: the administrator's calls. */
export function credentialRoutes(deps: {
  tenants: TenantStore
  apiKeys: CredentialStore
  clients: CredentialStore
}): Endpoint[] {
  return [
    ...routesOf('api_key', deps.apiKeys, deps.tenants),
    ...routesOf('oauth_client', deps.clients, deps.tenants),
  ]
}

function routesOf(kind: CredentialKind, store: CredentialStore, tenants: TenantStore): Endpoint[] {
  const { word, secret, more } = KINDS[kind]
  const all = { path: `${PROJECT}/${kind}`, scope: 'admin', params: projectParams, query: noQuery } as const
  const one = { ...all, path: `${all.path}/:credential_id`, params: oneParams } as const
  const answer = credentialAnswer.extend(more)
  const answerWithSecret = answer.extend({ [secret]: z.string() })

  const show = (credential: Credential) => ({
    ...presentCredential(credential),
    ...(kind === 'oauth_client' ? { client_id: credential.id } : {}),
  })
  const showWithSecret = (issued: Issued) => ({ ...show(issued.credential), [secret]: issued.secret })
  function found<T>(credential: T | null): T {
    if (!credential) throw new ApiError('NOT_FOUND', `There is no such ${word}.`)
    return credential
  }

  return [
    endpoint({
      ...all,
      method: 'get',
      summary: `List the ${word}s of a project, without their secrets`,
      answer: z.array(answer),
      handle: async ({ params }) => (await store.list(params.project_id)).map(show),
    }),
    endpoint({
      ...all,
      method: 'post',
      summary: `Create a ${word}; its secret is shown here only`,
      body: newCredential,
      answer: answerWithSecret,
      reasons: ['ID_CONFLICT'],
      async handle({ params, body }) {
        const project = await tenants.project(params.project_id)
        if (!project) throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
        const made = await store.create(project, { ...body, expires: body.expires ?? null })
        if (!made) throw new ApiError('ID_CONFLICT', 'The id is taken.')
        return showWithSecret(made)
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: `${one.path}/rotate`,
      summary: `Give a ${word} a new secret; the old one and what it brought end within a second`,
      answer: answerWithSecret,
      reasons: ['NOT_FOUND', 'CREDENTIAL_REVOKED'],
      async handle({ params }) {
        const rotated = found(await store.rotate(params.project_id, params.credential_id))
        if (rotated.credential.revoked) throw new ApiError('CREDENTIAL_REVOKED', `The ${word} is revoked.`)
        return showWithSecret(rotated)
      },
    }),
    endpoint({
      ...one,
      method: 'post',
      path: `${one.path}/revoke`,
      summary: `Revoke a ${word} for good, within a second everywhere`,
      answer,
      reasons: ['NOT_FOUND'],
      handle: async ({ params }) => show(found(await store.revoke(params.project_id, params.credential_id))),
    }),
    endpoint({
      ...one,
      method: 'delete',
      summary: `Delete a ${word}, within a second everywhere`,
      answer,
      reasons: ['NOT_FOUND'],
      handle: async ({ params }) => show(found(await store.remove(params.project_id, params.credential_id))),
    }),
  ]
}

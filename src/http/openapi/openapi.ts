import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathItemObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { GRANTABLE_SCOPES, type SCOPES } from '../../tenancy/tenant.ts'
import { eventStreamHeaders } from '../headers/stream-headers.ts'
import type { Endpoint } from '../route.ts'
import { INFO, serversAt, TAGS } from './api-info.ts'
import { doorErrors } from './door-errors.ts'
import { commonHeaders, errorResponse, invalidPage, invalidResponse } from './openapi-errors.ts'
import { plainSchema } from './openapi-schema.ts'
import { errorCodesByStatus } from './reasons.ts'

const SCOPE_MEANINGS = {
  'task:read': 'Read tasks, revisions and models.',
  'task:write': 'Create, change and delete tasks.',
  'run:read': 'Read runs and their files.',
  'run:write': 'Start runs.',
  'key:write': 'Manage the keys and OAuth clients of the project, within its own scopes.',
  admin: 'Everything, in every organisation.',
} as const satisfies Record<(typeof SCOPES)[number], string>

export type OpenApiDocument = ReturnType<typeof describeApi>

/**
 * The OpenAPI document of these endpoints, made of the schemas that check requests.
 * @param closed answers may have no members beyond those that are documented: what tests hold the server to. The
 *   public document is open, since clients must not break when an answer gains a member.
 * @param publicPath what stands before all paths for callers
 */
export function describeApi(
  endpoints: readonly Endpoint[],
  { closed = false, publicPath = '' }: { closed?: boolean; publicPath?: string } = {},
) {
  const paths: Record<string, ZodOpenApiPathItemObject> = {}
  for (const declared of endpoints) {
    const path = declared.path.replaceAll(/:(\w+)/g, '{$1}')
    const atRoot = declared.door ? { servers: [{ url: publicPath || '/' }] } : {}
    paths[path] = { ...atRoot, ...paths[path], [declared.method]: operationOf(declared) }
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: INFO,
      servers: serversAt(publicPath),
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      paths,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key of a project, or any other token.' },
          oauth2: {
            type: 'oauth2',
            description: 'A token that an OAuth client of a project gets; it is sent as a bearer token.',
            flows: {
              clientCredentials: {
                tokenUrl: `${publicPath}/api/v1/oauth2/token`,
                scopes: Object.fromEntries(GRANTABLE_SCOPES.map((scope) => [scope, SCOPE_MEANINGS[scope]])),
              },
            },
          },
        },
      },
    },
    { override: (context) => plainSchema(context, closed) },
  )
}

function operationOf(declared: Endpoint): ZodOpenApiOperationObject {
  const { operation, tag, summary, description, scope, params, query, headers } = declared
  const given = { path: params, query, ...(headers ? { header: headers } : {}) }
  return {
    operationId: operation,
    tags: [tag],
    summary,
    ...(description ? { description } : {}),
    security: securityOf(scope),
    requestParams: given as NonNullable<ZodOpenApiOperationObject['requestParams']>,
    ...(declared.body ? { requestBody: bodyOf(declared, declared.body as z.ZodObject) } : {}),
    responses: responsesOf(declared),
  }
}

/** The administrator's calls take no OAuth token: no client of a project has that scope. */
function securityOf(scope: Endpoint['scope']) {
  if (scope === 'open') return []
  const oauth = scope === 'any' || scope === 'project' ? [] : [scope]
  return scope === 'admin' ? [{ bearer: [] }] : [{ bearer: [] }, { oauth2: oauth }]
}

/** A body in every encoding that is read. */
function bodyOf({ files }: Endpoint, schema: z.ZodObject) {
  const fileFields = Object.entries(files ?? {}).map(([name, description]) => [
    name,
    z.array(z.file()).optional().meta({ description }),
  ])
  const withFiles = files ? schema.safeExtend(Object.fromEntries(fileFields)) : schema
  return {
    required: !schema.safeParse({}).success,
    content: {
      'application/json': { schema },
      'multipart/form-data': { schema: withFiles },
      'application/x-www-form-urlencoded': { schema },
      ...(files ? { 'image/*': { schema: z.file() } } : {}),
    },
  }
}

function responsesOf(declared: Endpoint): ZodOpenApiResponsesObject {
  const {
    response,
    accepted,
    media = [],
    responseHeaders,
    params,
    query,
    headers,
    body,
    errorExtension,
    sendRefusal,
  } = declared
  const ofStream = media.includes('text/event-stream') ? eventStreamHeaders.shape : {}
  const allHeaders: Record<string, z.ZodType> = { ...commonHeaders, ...responseHeaders?.shape, ...ofStream }
  const content = {
    ...(response ? { 'application/json': { schema: response } } : {}),
    ...Object.fromEntries(media.map((type) => [type, { schema: z.file() }])),
  }
  const responses: ZodOpenApiResponsesObject = {
    200: { description: 'Done.', headers: z.object(allHeaders), content },
  }
  if (accepted) {
    const waits = {
      Location: z.string().meta({ description: 'Where to ask again.' }),
      'Retry-After': z.string().meta({ description: 'Seconds until asking again makes sense.' }),
    }
    responses['202'] = { description: accepted, headers: z.object({ ...allHeaders, ...waits }), content }
  }
  if (declared.noContent) {
    responses['204'] = { description: declared.noContent, headers: z.object(allHeaders) }
  }
  if (declared.ranges) {
    responses['206'] = { description: 'The part that was asked for.', headers: z.object(allHeaders), content }
  }
  if (declared.elsewhere) {
    const Location = z.string().meta({ description: 'Where it is, for some minutes; without the token.' })
    responses['302'] = { description: declared.elsewhere, headers: z.object({ ...allHeaders, Location }) }
  }
  if (headers?.shape['if-none-match']) {
    responses['304'] = {
      description: 'What `If-None-Match` names is still so.',
      headers: z.object(allHeaders),
    }
  }
  if (declared.door) return { ...responses, ...doorErrors(declared) }
  for (const [status, { errorCodes, own }] of [...errorCodesByStatus(declared)].sort(([a], [b]) => a - b)) {
    responses[`${status}` as `4${string}`] = errorResponse(
      status,
      errorCodes,
      own || errorExtension || sendRefusal ? declared : null,
    )
  }
  if (errorExtension) return responses
  if (body || [query, headers, params].some(mayBeInvalid)) {
    responses['422'] ??= sendRefusal ? invalidPage(declared) : invalidResponse
  }
  return responses
}

/** Ids in paths are checked before, and refused with MALFORMED_ID; a condition may be any text. */
const NEVER_INVALID = ['org_id', 'project_id', 'if-match', 'if-none-match']

function mayBeInvalid(schema: unknown): boolean {
  const names = Object.keys((schema as z.ZodObject | undefined)?.shape ?? {})
  return names.some((name) => !NEVER_INVALID.includes(name))
}

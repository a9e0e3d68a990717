import { z } from 'zod'
import { type ApiError, ValidationError } from '../../platform/errors.ts'
import { type IssueTokenDeps, issueToken } from '../../tenancy/issue-token.ts'
import { OAUTH_CODES, type OAuthCode, OAuthError } from '../../tenancy/oauth-error.ts'
import { readClientCredentials } from '../client-credentials.ts'
import { presentCaller, whoamiResponse } from '../present-caller.ts'
import { type Endpoint, endpoint, noParams, noQuery } from '../route.ts'

/** Words between spaces; none at all says nothing. */
const words = z
  .string()
  .max(2000)
  .regex(/^[\x20-\x7e]*$/, 'expected printable ASCII')
  .transform((text) => text.split(' ').filter((word) => word !== ''))
  .transform((list) => (list.length > 0 ? list : null))

/** Unknown parameters are ignored, which the standard demands: also those that look like a known one. */
const tokenBody = z
  .looseObject({
    grant_type: z.string().max(200),
    client_id: z.string().max(200).optional(),
    client_secret: z.string().max(2000).optional(),
    scope: words.optional(),
    audience: words.optional(),
  })
  .meta({
    id: 'TokenRequest',
    override: { examples: [{ grant_type: 'client_credentials', scope: 'run:read run:write' }] },
  })

/** Bytes: more than all its parameters may have. Whoever has no token yet gets no room for more. */
const TOKEN_BODY_LIMIT = 65_536

const tokenResponse = z
  .object({
    access_token: z.string(),
    token_type: z.literal('bearer'),
    expires_in: z.int().positive(),
    scope: z.string(),
  })
  .meta({
    id: 'Token',
    examples: [
      { access_token: 'eyJhbGciOi...', token_type: 'bearer', expires_in: 3600, scope: 'run:read run:write' },
    ],
  })
const refusal = z.object({
  error: z.enum(OAUTH_CODES),
  error_description: z.string().meta({ description: 'For a person.' }),
})
const notStored = z.object({
  'Cache-Control': z.literal('no-store').optional(),
  Pragma: z.literal('no-cache').optional(),
})

/** Words a refusal as RFC 6749, section 5.2 wants it, which has no 422 and only plain characters. */
function inOAuthTerms(refusal: ApiError | ValidationError): OAuthError {
  if (refusal instanceof OAuthError) return refusal
  const message = refusal.message.replaceAll(/[^\x20-\x7e]|["\\]/g, "'")
  if (refusal instanceof ValidationError)
    return new OAuthError('invalid_request', 'MALFORMED_REQUEST', message)
  const codes: Record<number, OAuthCode> = { 500: 'server_error', 503: 'temporarily_unavailable' }
  const code = codes[refusal.status] ?? 'invalid_request'
  return new OAuthError(code, refusal.reason, message, { ...refusal.extra })
}

/** Tokens for clients, and who a token stands for. */
export function oauthRoutes(deps: IssueTokenDeps): Endpoint[] {
  return [
    endpoint({
      method: 'post',
      path: '/oauth2/token',
      tag: 'Tokens',
      operation: 'createToken',
      summary: "Trade an OAuth client's secret for an access token",
      description:
        'The client names itself by HTTP Basic, or by `client_id` and `client_secret` in the body.',
      responseHeaders: notStored,
      errorExtension: refusal,
      scope: 'open',
      params: noParams,
      query: noQuery,
      body: tokenBody,
      bodyLimit: TOKEN_BODY_LIMIT,
      response: tokenResponse,
      errorCodes: [
        'UNAUTHENTICATED',
        'INVALID_SCOPE',
        'UNSUPPORTED_GRANT_TYPE',
        'TOO_MANY_REQUESTS',
        'STORE_UNAVAILABLE',
      ],
      mapError: inOAuthTerms,
      async handle({ request, response, body }) {
        if (body.grant_type !== 'client_credentials') {
          throw new OAuthError(
            'unsupported_grant_type',
            'UNSUPPORTED_GRANT_TYPE',
            'Only client_credentials is supported.',
          )
        }
        const answer = await issueToken(deps, {
          ...readClientCredentials(request, body),
          address: request.ip ?? '',
          scopes: body.scope ?? null,
          audience: body.audience ?? [],
        })
        response.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' })
        return answer
      },
    }),
    endpoint({
      method: 'get',
      path: '/whoami',
      tag: 'Tokens',
      operation: 'whoami',
      summary: 'Tell who the token stands for',
      errorCodes: [],
      scope: 'any',
      params: noParams,
      query: noQuery,
      response: whoamiResponse,
      async handle({ caller }) {
        return presentCaller(caller)
      },
    }),
  ]
}

import { sharedNow } from '../platform/clock.ts'
import { signAccessToken } from './access-token.ts'
import type { AuthThrottleStore } from './auth-throttle-store.ts'
import type { CredentialStore } from './credential-store.ts'
import { OAuthError } from './oauth-error.ts'
import { hashSecret, sameSecret } from './secret.ts'
import { SCOPES } from './tenant.ts'
import type { TokenSigner } from './token-signer.ts'

export interface IssueTokenDeps {
  readonly clients: CredentialStore
  readonly authThrottle: AuthThrottleStore
  readonly signer: TokenSigner
  /** Seconds. */
  readonly accessTokenLifetime: number
}

export interface TokenRequest {
  readonly clientId: string
  readonly secret: string
  /** Where the request comes from. */
  readonly address: string
  /** What is asked for; null for all that the client has. Words that are no scopes here say nothing. */
  readonly scopes: readonly string[] | null
  readonly audience: readonly string[]
}

/** The answer of RFC 6749, section 5.1. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
}

/**
 * Trades a client's secret for an access token (the client credentials grant).
 * @throws {OAuthError} invalid_client, invalid_scope; temporarily_unavailable after too many wrong secrets
 */
export async function issueToken(deps: IssueTokenDeps, request: TokenRequest): Promise<TokenResponse> {
  const client = await deps.clients.find(request.clientId)
  const isRight = sameSecret(hashSecret(request.secret), client?.secret_hash ?? '')
  const seconds = await deps.authThrottle.judge(request, client !== null && isRight)
  if (seconds > 0) {
    throw new OAuthError(
      'temporarily_unavailable',
      'TOO_MANY_REQUESTS',
      'Too many wrong secrets from here; wait before the next try.',
      { retry_after: seconds },
    )
  }
  if (!client || !isRight) {
    throw new OAuthError(
      'invalid_client',
      'UNAUTHENTICATED',
      'The client is unknown, revoked or expired, or the secret is wrong.',
    )
  }

  const known = SCOPES.filter((scope) => request.scopes?.includes(scope))
  // Some clients always send words of other servers, such as offline_access: alone they ask for nothing.
  const asked = known.length > 0 ? known : client.scopes
  const scopes = client.scopes.filter((scope) => asked.includes(scope))
  if (scopes.length < asked.length) {
    throw new OAuthError('invalid_scope', 'INVALID_SCOPE', 'The client does not have all of these scopes.')
  }
  const left = client.expires === null ? Number.POSITIVE_INFINITY : secondsUntil(client.expires)
  const lifetime = Math.min(deps.accessTokenLifetime, left)
  return {
    access_token: await signAccessToken(deps.signer, client, {
      scopes,
      audience: request.audience,
      lifetime,
    }),
    token_type: 'bearer',
    expires_in: lifetime,
    scope: scopes.join(' '),
  }
}

const secondsUntil = (time: string): number => Math.max(1, Math.ceil((Date.parse(time) - sharedNow()) / 1000))

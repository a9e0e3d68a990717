import { z } from 'zod'
import { sharedNow } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Caller } from './caller.ts'
import type { Credential } from './credential.ts'
import type { CredentialStore } from './credential-store.ts'
import type { Scope } from './tenant.ts'
import type { SignedToken, TokenSigner } from './token-signer.ts'

const claimsSchema = z.object({ sub: z.string(), scope: z.string(), secret_id: z.string() })

/** What a client gets for its secret. */
export interface AccessTokenRequest {
  readonly scopes: readonly Scope[]
  /** For whom else the token is meant: only written into it. */
  readonly audience: readonly string[]
  /** Seconds. */
  readonly lifetime: number
}

/** Nothing is kept of it: the client's record decides at each use. */
export function signAccessToken(
  signer: TokenSigner,
  client: Credential,
  { scopes, audience, lifetime }: AccessTokenRequest,
): Promise<string> {
  const now = Math.floor(sharedNow() / 1000)
  return signer.sign('at+jwt', {
    sub: client.id,
    aud: [signer.issuer, ...audience],
    iat: now,
    exp: now + lifetime,
    jti: newId(),
    client_id: client.id,
    scope: scopes.join(' '),
    secret_id: client.secret_id,
    ext: { org_id: client.org_id, project_id: client.project_id },
  })
}

/** Who calls with an access token; null when its client is gone, revoked, expired, or has a new secret. */
export async function readAccessToken(clients: CredentialStore, token: SignedToken): Promise<Caller | null> {
  const { data: claims } = claimsSchema.safeParse(token.claims)
  const client = claims && (await clients.find(claims.sub))
  if (!client || client.secret_id !== claims.secret_id) return null
  const granted = claims.scope.split(' ')
  return {
    kind: 'oauth_client',
    id: client.id,
    name: client.name,
    orgId: client.org_id,
    projectId: client.project_id,
    taskId: null,
    scopes: client.scopes.filter((scope) => granted.includes(scope)),
  }
}

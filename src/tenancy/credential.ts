import { sharedNow } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import { hashSecret } from './secret.ts'
import type { Scope } from './tenant.ts'

/** A key is its secret; a client trades its id and secret for tokens that do not last. */
export type CredentialKind = 'api_key' | 'oauth_client'

/** What a program of a project identifies itself by, as it is stored: of its secret only a hash is kept. */
export interface Credential {
  readonly id: string
  readonly org_id: string
  readonly project_id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly created: string
  readonly expires: string | null
  /** For good. */
  readonly revoked: boolean
  readonly secret_hash: string
  /** Named in the tokens that the secret brings, so that a new secret ends those of the old one. */
  readonly secret_id: string
}

/** True until it is revoked or expires. */
export function isUsable({ revoked, expires }: Credential): boolean {
  return !revoked && (expires === null || Date.parse(expires) > sharedNow())
}

/** What a credential keeps of a secret. */
export function keepSecret(secret: string): Pick<Credential, 'secret_hash' | 'secret_id'> {
  return { secret_hash: hashSecret(secret), secret_id: newId() }
}

/** A credential on the wire. */
export function presentCredential(credential: Credential) {
  const { secret_hash: _hash, secret_id: _id, ...shown } = credential
  return shown
}

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** What a token may do. `admin` includes all of them and reaches every organisation. */
export const SCOPES = ['task:read', 'task:write', 'run:read', 'run:write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]
export const PROJECT_SCOPES: readonly Scope[] = ['task:read', 'task:write', 'run:read', 'run:write']

export interface Organisation {
  readonly id: string
  readonly name: string
  readonly created: string
}

export interface Project {
  readonly id: string
  readonly org_id: string
  readonly name: string
  readonly created: string
}

/** A key of a project as it is stored and listed: without its secret, of which only a hash is kept. */
export interface ApiKey {
  readonly id: string
  readonly org_id: string
  readonly project_id: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly created: string
  readonly expires: string | null
  readonly revoked: boolean
}

/** Who calls: what a valid token stands for. The administrator has neither organisation nor project. */
export interface Caller {
  /** Id of the key, or `admin`. */
  readonly id: string
  readonly orgId: string | null
  readonly projectId: string | null
  readonly scopes: readonly Scope[]
}

/** A new secret: 32 random bytes behind a prefix that secret scanners can find. */
export function newSecret(): string {
  return `sr_${randomBytes(32).toString('base64url')}`
}

/** The only form in which a secret is stored. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Compares secrets in constant time, whatever their lengths. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}

import type { Scope } from './tenant.ts'

/** Who calls: what a valid token stands for. The administrator has neither organisation nor project. */
export interface Caller {
  readonly kind: 'admin' | 'api_key' | 'oauth_client' | 'task' | 'nobody'
  /** Id of the key, the client or the task; `admin` for the administrator. */
  readonly id: string
  readonly name: string | null
  readonly orgId: string | null
  readonly projectId: string | null
  /** The one task that a task access token reaches; null for every other kind. */
  readonly taskId: string | null
  readonly scopes: readonly Scope[]
}

const none = { name: null, orgId: null, projectId: null, taskId: null }

export const ADMIN: Caller = { ...none, kind: 'admin', id: 'admin', scopes: ['admin'] }
/** Whoever calls what needs no token. */
export const NOBODY: Caller = { ...none, kind: 'nobody', id: 'nobody', scopes: [] }

/** What a token may do. `admin` includes all of them and reaches every organisation. */
export const SCOPES = ['task:read', 'task:write', 'run:read', 'run:write', 'key:write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]
/** What a key or a client may have. */
export const GRANTABLE_SCOPES = ['task:read', 'task:write', 'run:read', 'run:write', 'key:write'] as const
/** What it has where nothing is said. */
export const PROJECT_SCOPES = ['task:read', 'task:write', 'run:read', 'run:write'] as const

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

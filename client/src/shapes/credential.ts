export type Scope = 'task:read' | 'task:write' | 'run:read' | 'run:write' | 'key:write' | 'admin'

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

/** A key that was just made or rotated. */
export interface NewApiKey extends ApiKey {
  /** The secret; shown here only. */
  readonly token: string
}

export interface OAuthClient extends ApiKey {
  /** The same as `id`. */
  readonly client_id: string
}

/** A client that was just made or rotated. */
export interface NewOAuthClient extends OAuthClient {
  /** The secret; shown here only. */
  readonly client_secret: string
}

export interface CredentialInput {
  readonly name: string
  /** Default: tasks and runs, reading and writing. */
  readonly scopes?: readonly Exclude<Scope, 'admin'>[] | undefined
  /** ISO 8601; default: never. */
  readonly expires?: string | null | undefined
  /** Only the administrator chooses ids. */
  readonly id?: string | undefined
}

/** Who a token stands for. */
export interface Whoami {
  readonly client: {
    readonly kind: 'admin' | 'api_key' | 'oauth_client' | 'task' | 'nobody'
    readonly id: string
    readonly name: string | null
    readonly org_id: string | null
    readonly project_id: string | null
    readonly task_id: string | null
    readonly scopes: readonly Scope[]
  }
}

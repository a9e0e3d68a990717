import type { ApiKey, Client, Credentials } from '@splitrun/client'

/** One of the two kinds of credentials: both are made, rotated and revoked alike. */
export interface CredentialKind {
  readonly id: 'api_key' | 'oauth_client'
  readonly title: string
  /** In a sentence. */
  readonly word: string
  readonly purpose: string
  of(client: Client): Pick<Credentials<ApiKey, Issued>, 'list' | 'create' | 'rotate' | 'revoke' | 'delete'>
}

/** What whoever makes a credential is shown once. */
export type Issued = ApiKey & { readonly token?: string; readonly client_secret?: string }

export const KINDS: readonly CredentialKind[] = [
  {
    id: 'api_key',
    title: 'API keys',
    word: 'key',
    purpose: 'A key is sent with every call, as Authorization: Bearer. It also signs in here.',
    of: (client) => client.keys,
  },
  {
    id: 'oauth_client',
    title: 'OAuth clients',
    word: 'client',
    purpose: 'A client trades its id and its secret for tokens that last a while.',
    of: (client) => client.oauthClients,
  },
]

export const SCOPES = {
  'task:read': 'see tasks, revisions, models',
  'task:write': 'change tasks and traffic',
  'run:read': 'see runs, reports, the queue',
  'run:write': 'start and cancel runs',
  'key:write': 'make and revoke keys',
} as const
export type Grantable = keyof typeof SCOPES
export const USUAL: readonly Grantable[] = ['task:read', 'task:write', 'run:read', 'run:write']

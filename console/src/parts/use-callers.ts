import type { ApiKey } from '@splitrun/client'
import type { UseQueryResult } from '@tanstack/react-query'
import { useApi } from '../app/use-api.ts'

/** Who calls by a token of the project that somebody named: its keys, and its OAuth clients. */
export interface Callers {
  readonly keys: readonly ApiKey[]
  readonly clients: readonly ApiKey[]
  /** What they are read by. */
  readonly reading: readonly { readonly what: string; readonly query: UseQueryResult<readonly ApiKey[]> }[]
}

const NONE: readonly ApiKey[] = []

/** The callers of the project; none where they are not to be read. */
export function useCallers(enabled: boolean): Callers {
  const keys = useApi(['api_key'], (client, signal) => client.keys.list({ signal }), { enabled })
  const clients = useApi(['oauth_client'], (client, signal) => client.oauthClients.list({ signal }), {
    enabled,
  })
  return {
    keys: keys.data ?? NONE,
    clients: clients.data ?? NONE,
    reading: [
      { what: 'the keys', query: keys },
      { what: 'the clients', query: clients },
    ],
  }
}

import type { ApiKey } from '@splitrun/client'
import { useApi } from '../app/use-api.ts'

/** Who calls by a token of the project that somebody named: its keys, and its OAuth clients. */
export interface Callers {
  readonly keys: readonly ApiKey[]
  readonly clients: readonly ApiKey[]
}

const NONE: readonly ApiKey[] = []

/** The callers of the project; none where they are not to be read. */
export function useCallers(enabled: boolean): Callers {
  const { data: keys = NONE } = useApi(['api_key'], (client, signal) => client.keys.list({ signal }), {
    enabled,
  })
  const { data: clients = NONE } = useApi(
    ['oauth_client'],
    (client, signal) => client.oauthClients.list({ signal }),
    { enabled },
  )
  return { keys, clients }
}

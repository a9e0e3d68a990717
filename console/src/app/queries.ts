import { SplitrunError } from '@splitrun/client'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

/** A session that has ended leads back to the sign-in, whatever was asked for. */
function onError(error: unknown): void {
  if (error instanceof SplitrunError && error.status === 401) queries.setQueryData(['session'], null)
}

/** What was read of the server. */
export const queries = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      // The client tries again by itself.
      retry: false,
      staleTime: 2_000,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

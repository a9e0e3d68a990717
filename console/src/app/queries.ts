import { SplitrunError } from '@splitrun/client'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import type { Session } from './api.ts'

/** Who is signed in; and where nobody is, why, if that is to be told. */
export interface SignedIn {
  readonly session: Session | null
  readonly why: string | null
}

export const SESSION = ['session'] as const
export const ENDED = 'The session has ended: its key was revoked or has expired, or it was open for too long.'

/** What was read of the server. */
export const queries: QueryClient = new QueryClient({
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

export const readSignedIn = () => queries.getQueryData<SignedIn>(SESSION)

/** Says who is signed in from now on. What is still being read of the session is of before, and counts no more. */
export async function putSignedIn(signedIn: SignedIn): Promise<void> {
  await queries.cancelQueries({ queryKey: SESSION })
  queries.setQueryData<SignedIn>(SESSION, signedIn)
}

/** Leads back to the sign-in. Nothing that the one has read is shown to the next. */
export async function endSession(why: string | null): Promise<void> {
  await putSignedIn({ session: null, why })
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] })
}

/** A session that has ended leads back to the sign-in, whatever was asked for. */
function onError(error: unknown): void {
  if (error instanceof SplitrunError && error.status === 401 && readSignedIn()?.session)
    void endSession(ENDED)
}

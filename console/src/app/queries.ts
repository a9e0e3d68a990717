import { SplitrunError } from '@splitrun/client'
import { MutationCache, QueryCache, QueryClient, type QueryKey } from '@tanstack/react-query'
import type { Session } from './api.ts'
import { forgetTyped } from './kept.ts'

/** Who is signed in; and where nobody is, why, if that is to be told. */
export interface SignedIn {
  readonly session: Session | null
  readonly why: string | null
}

export const SESSION = ['session'] as const

/** What was read of the server. */
export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: onRefusal, onSuccess }),
  mutationCache: new MutationCache({ onError: onRefusal }),
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

let isRenewing = false

/** Whether the session has ended by what one does, and the next one is not there yet. */
export const isRenewingSession = () => isRenewing

/**
 * Does what ends the session and begins another. Until that is there, also where it cannot be begun, nobody is led to the
 * sign-in: what is shown stays.
 */
export async function renewSession<T>(work: () => Promise<T>): Promise<T> {
  isRenewing = true
  try {
    const done = await work()
    void queries.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' })
    return done
  } catch (error) {
    isRenewing = false
    throw error
  }
}

/** Says who is signed in from now on. What is still being read of the session is of before, and counts no more. */
export async function putSignedIn(signedIn: SignedIn): Promise<void> {
  await queries.cancelQueries({ queryKey: SESSION })
  queries.setQueryData<SignedIn>(SESSION, signedIn)
  isRenewing = false
}

/** Leads back to the sign-in. */
export async function endSession(): Promise<void> {
  await putSignedIn({ session: null, why: null })
  forget()
  forgetTyped()
}

/** Nothing that the one has read is shown to the next. */
const forget = () => queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] })

function onSuccess(data: unknown, { queryKey }: { readonly queryKey: QueryKey }): void {
  if (queryKey[0] === SESSION[0] && (data as SignedIn).session === null) forget()
}

/**
 * A session that has ended leads back to the sign-in, whatever was asked for. Who is signed in is asked once more: what was
 * refused may be of a session before this one. Queries and changes tell of it by themselves, streams do not.
 */
export function onRefusal(error: unknown): void {
  if (!(error instanceof SplitrunError && error.status === 401 && readSignedIn()?.session)) return
  void queries.refetchQueries({ queryKey: SESSION }, { cancelRefetch: false })
}

import { SplitrunError } from '@splitrun/client'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { Loading } from '../parts/page/loading.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { readSession, type Session, signIn } from './api.ts'
import { isRenewingSession, readSignedIn, SESSION, type SignedIn } from './queries.ts'
import { SignIn } from './sign-in.tsx'

interface SessionGateProps {
  readonly givenKey: string | null
  readonly children: (session: Session) => ReactNode
}

const ENDED = 'The session has ended: its key was revoked or has expired, or it was open for too long.'

const isRefusal = (error: unknown): boolean => error instanceof SplitrunError && error.status === 401

/** Shows what is behind it to who is signed in, and the sign-in to all others. */
export function SessionGate({ givenKey, children }: SessionGateProps) {
  const unused = useRef(givenKey)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: SESSION,
    async queryFn({ signal }): Promise<SignedIn> {
      const key = unused.current
      const before = readSignedIn()
      try {
        if (key === null) return { session: await readSession(signal), why: null }
        unused.current = null
        return { session: await signIn(key), why: null }
      } catch (failure) {
        if (!isRefusal(failure)) throw failure
        if (key !== null) return { session: null, why: 'The key of the link is unknown, revoked or expired.' }
        if (before?.session && isRenewingSession()) return before
        return { session: null, why: before?.session ? ENDED : (before?.why ?? null) }
      }
    },
    staleTime: 60_000,
  })
  if (isPending) return <Loading what="Signing in" />
  if (error && !data) return <Problem error={error} onRetry={refetch} />
  return data?.session ? children(data.session) : <SignIn why={data?.why ?? null} />
}

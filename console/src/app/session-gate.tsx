import { SplitrunError } from '@splitrun/client'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef } from 'react'
import { Loading } from '../parts/loading.tsx'
import { Problem } from '../parts/problem.tsx'
import { readSession, type Session, signIn } from './api.ts'
import { SignIn } from './sign-in.tsx'

interface SessionGateProps {
  readonly givenKey: string | null
  readonly children: (session: Session) => ReactNode
}

const isRefusal = (error: unknown): boolean => error instanceof SplitrunError && error.status === 401

/** Shows what is behind it to who is signed in, and the sign-in to all others. */
export function SessionGate({ givenKey, children }: SessionGateProps) {
  const unused = useRef(givenKey)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['session'],
    async queryFn({ signal }): Promise<Session | null> {
      const key = unused.current
      try {
        if (key === null) return await readSession(signal)
        unused.current = null
        return await signIn(key)
      } catch (failure) {
        if (isRefusal(failure)) return null
        throw failure
      }
    },
    staleTime: 60_000,
  })
  if (isPending) return <Loading what="Signing in" />
  if (error && !data) return <Problem error={error} onRetry={refetch} />
  return data ? children(data) : <SignIn wasRefused={givenKey !== null} />
}

import type { ReactNode } from 'react'
import { Loading } from './loading.tsx'
import { PageFrame } from './page-frame.tsx'
import { Problem } from './problem.tsx'

interface LoadedProps<T> {
  /** As `useApi` returns it. */
  readonly query: { readonly data: T | undefined; readonly error: unknown; refetch(): unknown }
  /** What is read, for who waits for it. */
  readonly what: string
  /** Where this is all of a page: its title while there is only what went wrong. */
  readonly page?: string
  readonly children: (data: T) => ReactNode
}

/** What was read; before that, that it is read; and what went wrong, beside what is still there from before. */
export function Loaded<T>({ query, what, page, children }: LoadedProps<T>) {
  const { data, error, refetch } = query
  if (page !== undefined && data === undefined && error) {
    return (
      <PageFrame title={page}>
        <Problem error={error} onRetry={refetch} />
      </PageFrame>
    )
  }
  return (
    <>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {data === undefined ? !error && <Loading what={`Reading ${what}`} /> : children(data)}
    </>
  )
}

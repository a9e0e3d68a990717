import { Loading } from './loading.tsx'
import { wordsOf } from './problem.tsx'

interface UnreadProps {
  /** As `useApi` returns it; it is not one that waits for a scope. */
  readonly query: { readonly data: unknown; readonly error: unknown; refetch(): unknown }
  /** What is read. */
  readonly what: string
}

/**
 * Beside what is chosen from a list, or named by it: that the list is not there yet, or could not be read, which is not that
 * there is nothing in it. Nothing once it is there.
 */
export function Unread({ query: { data, error, refetch }, what }: UnreadProps) {
  if (data !== undefined) return null
  if (!error) return <Loading what={`Reading ${what}`} />
  return (
    <p role="status" className="unread">
      Could not read {what}: {wordsOf(error)}{' '}
      <button type="button" onClick={() => refetch()}>
        Try again
      </button>
    </p>
  )
}

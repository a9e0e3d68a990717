import { SplitrunError } from '@splitrun/client'

/** What an error says, without the reason that stands before it where the server has given one. */
export function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error)
  if (error instanceof SplitrunError && error.reason === 'CONNECTION_FAILED') {
    return 'The server cannot be reached, or its answer was lost on the way.'
  }
  return error instanceof SplitrunError ? words.replace(`${error.reason}: `, '') : words
}

/** What went wrong, in the words of the server, with what its log knows it by. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const known = error instanceof SplitrunError ? error : null
  const isList = known !== null && known.issues.length > 1
  return (
    <div role="alert" className="problem">
      <p>
        {known && <strong>{known.reason}</strong>} {!isList && wordsOf(error)}
      </p>
      {isList && (
        <ul>
          {known.issues.map(({ loc, msg }) => (
            <li key={loc.join('.') + msg}>
              <code>{loc.join('.')}</code> {msg}
            </li>
          ))}
        </ul>
      )}
      {known?.requestId && (
        <p className="quiet">
          Request <code>{known.requestId}</code>
        </p>
      )}
      {onRetry && (
        <button type="button" onClick={() => onRetry()}>
          Try again
        </button>
      )}
    </div>
  )
}

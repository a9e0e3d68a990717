import { SplitrunError } from '@splitrun/client'

/** What went wrong, in the words of the server, with what its log knows it by. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const known = error instanceof SplitrunError ? error : null
  const words = error instanceof Error ? error.message : String(error)
  return (
    <div role="alert" className="problem">
      <p>
        {known && <strong>{known.reason}</strong>} {known ? words.replace(`${known.reason}: `, '') : words}
      </p>
      {known && known.issues.length > 1 && (
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

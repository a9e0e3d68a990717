const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

const SHORT = new Intl.DateTimeFormat(undefined, {
  ...{ month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' },
})

/** The year is left out where it is this one. */
const localOf = (at: Date): string =>
  (at.getFullYear() === new Date().getFullYear() ? SHORT : LOCAL).format(at)

const utcOf = (at: string): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** An instant in the time of this place; UTC when one points at it, or beside it. */
export function Moment({ at, utc = false }: { at: string; utc?: boolean }) {
  return (
    <time dateTime={at} title={utcOf(at)}>
      {localOf(new Date(at))}
      {utc && <small className="quiet"> {utcOf(at)}</small>}
    </time>
  )
}

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

const utcOf = (at: string): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`

/** An instant in the time of this place; UTC when one points at it, or beside it. */
export function Moment({ at, utc = false }: { at: string; utc?: boolean }) {
  return (
    <time dateTime={at} title={utcOf(at)}>
      {LOCAL.format(new Date(at))}
      {utc && <small className="quiet"> {utcOf(at)}</small>}
    </time>
  )
}

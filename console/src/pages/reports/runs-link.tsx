import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface RunsLinkProps {
  /** Filters of the list of runs; those that are undefined are left out. */
  readonly search: Readonly<Record<string, string | undefined>>
  /** Nothing is linked where there are none. */
  readonly runs: number
  readonly children: ReactNode
}

/** A figure that leads to the runs behind it. */
export function RunsLink({ search, runs, children }: RunsLinkProps) {
  if (runs === 0) return children
  const given = Object.entries(search).filter(([, value]) => value !== undefined)
  return (
    <Link to="/runs" search={Object.fromEntries(given)}>
      {children}
    </Link>
  )
}

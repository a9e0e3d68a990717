import type { ListedRun, WaitingOn } from '@splitrun/client'
import { useApi } from '../../app/use-api.ts'

/** As many queued runs are looked at, the newest. */
const MOST = 100
const EVERY_MS = 2_000

export interface WaitingRun extends ListedRun {
  readonly waiting_on: WaitingOn
}

export interface Waiting {
  /** Null as long as nothing is known of them. */
  readonly runs: readonly WaitingRun[] | null
  /** By `limitKey`. */
  readonly counts: ReadonlyMap<string, number>
  /** Whether there are more queued runs than were looked at. */
  readonly isMore: boolean
  readonly error: unknown
}

/** What tells a limit from the others. */
export const limitKey = ({ type, name, limit }: Pick<WaitingOn, 'type' | 'name' | 'limit'>): string =>
  `${type} ${name} ${limit}`

const doesWait = (run: ListedRun): run is WaitingRun => run.waiting_on !== null

/** The runs of the project that wait for a limit of a model or a server. */
export function useWaiting(): Waiting {
  const { data, error } = useApi(
    ['runs', 'waiting'],
    (client, signal) => {
      const filter = { status: 'queued', fields: 'summary', page_limit: MOST } as const
      return client.runs.list(filter, { signal }).page()
    },
    { every: EVERY_MS },
  )
  const runs = data?.results.filter(doesWait) ?? null
  const counts = new Map<string, number>()
  for (const { waiting_on } of runs ?? []) {
    const key = limitKey(waiting_on)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return { runs, counts, isMore: (data?.pagination.next_cursor ?? null) !== null, error }
}

import type { ListedRun, Page, RunFilter } from '@splitrun/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useProject } from '../../app/project.ts'

const PAGE = 50
const EVERY_MS = 5_000
/** From so many pages on, a list is not read anew by itself. */
const MOST_POLLED = 3

export type Filter = RunFilter & { readonly task_id?: string | undefined }

/** Runs behind a filter, newest first. Rows do not move: newer runs are counted until they are asked for. */
export function useRuns(filter: Filter) {
  const { client, project } = useProject()
  const key = [project.id, 'runs', filter]
  const [top, setTop] = useState<{ key: string; id: string } | null>(null)
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }): Promise<Page<ListedRun>> =>
      client.runs.list({ ...filter, fields: 'summary', page_limit: PAGE }, { signal }).page(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pagination }) => pagination.next_cursor,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= MOST_POLLED ? EVERY_MS : false),
  })
  const all = query.data?.pages.flatMap(({ results }) => results) ?? []
  const newest = all[0]?.id ?? ''
  const current = JSON.stringify(key)
  // Ids begin with the time: what is above the top is newer than what was shown first.
  if (query.data && top?.key !== current) setTop({ key: current, id: newest })
  // Where there was none, none moves.
  const shownTop = (top?.key === current && top.id) || newest
  return {
    query,
    runs: all.filter(({ id }) => id <= shownTop),
    newer: all.filter(({ id }) => id > shownTop).length,
    showNewer: () => setTop({ key: current, id: newest }),
  }
}

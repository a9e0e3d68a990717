import type { Client } from '@splitrun/client'
import {
  keepPreviousData,
  type QueryKey,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useRef } from 'react'
import { useProject } from './project.ts'

interface Reading<T> {
  /** Milliseconds between two reads, which may depend on what was read; false for no more. None while the tab is hidden. */
  readonly every?: number | ((data: T | undefined) => number | false)
  readonly enabled?: boolean
  /** Whether what was read under the key before stays until the new is there: for filters and pages of one list. */
  readonly keep?: boolean
}

/** Something of the current project, read by its client and kept under `key`. */
export function useApi<T>(
  key: QueryKey,
  read: (client: Client, signal: AbortSignal) => Promise<T>,
  { every = () => false, enabled = true, keep = false }: Reading<T> = {},
): UseQueryResult<T> {
  const { client, project } = useProject()
  return useQuery<T>({
    queryKey: [project.id, ...key],
    queryFn: ({ signal }) => read(client, signal),
    enabled,
    placeholderData: keep ? (before) => keepPreviousData(before) : undefined,
    refetchInterval: ({ state }) => (typeof every === 'number' ? every : every(state.data)),
  } as Parameters<typeof useQuery<T>>[0])
}

/**
 * A change in the current project; what was read under the `stale` keys is read anew after it. `onDone` is called then, also
 * where what began the change is shown no more, as it often is by what was read; what is given to `mutate` is not.
 * One goes on at a time: until then, another `mutate` does nothing.
 */
export function useChange<Given, T>(
  change: (client: Client, given: Given) => Promise<T>,
  stale: readonly QueryKey[] = [],
  onDone?: (result: T, given: Given) => void,
) {
  const { client, project } = useProject()
  const queries = useQueryClient()
  // Of a second click, the page may not show yet that the first was heard.
  const isGoing = useRef(false)
  const mutation = useMutation({
    mutationFn: (given: Given) => change(client, given),
    async onSettled(result, error, given) {
      await Promise.all(stale.map((key) => queries.invalidateQueries({ queryKey: [project.id, ...key] })))
      isGoing.current = false
      // Of a change that was made there is a result, whatever its type says.
      if (error === null) onDone?.(result as T, given)
    },
  })
  const mutate: typeof mutation.mutate = (...given) => {
    if (isGoing.current) return
    isGoing.current = true
    mutation.mutate(...given)
  }
  return { ...mutation, mutate }
}

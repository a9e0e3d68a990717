import type { TaskRecord } from '@splitrun/client'
import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useProject } from '../../app/project.ts'
import { useFilters } from '../../parts/use-address.ts'
import { columnsOf, emptyWorkbench, type Workbench } from './workbench.ts'

/**
 * What lies on the table for a task. It is kept with what was read of the server, so that it is there when one comes back
 * and ends with the session. The revisions also stand in the address, which begins another table where it names others.
 */
export function useWorkbench(task: TaskRecord) {
  const { project } = useProject()
  const queries = useQueryClient()
  const [{ revisions }, setFilters] = useFilters()
  const key = [project.id, 'workbench', task.id]
  // What is typed has to be painted at once, which the store of queries does not.
  const [shown, setShown] = useState(() => {
    const kept = queries.getQueryData<Workbench>(key)
    const isSame = !revisions || (kept && namesOf(kept) === revisions)
    return kept && isSame ? kept : { ...(kept ?? emptyWorkbench), columns: columnsOf(task, revisions) }
  })
  const latest = useRef(shown)
  const change = (to: (before: Workbench) => Workbench) => {
    latest.current = to(latest.current)
    queries.setQueryDefaults(key, { gcTime: Number.POSITIVE_INFINITY })
    queries.setQueryData(key, latest.current)
    setShown(latest.current)
    const names = namesOf(latest.current)
    if (names !== revisions) setFilters({ revisions: names })
  }
  return [shown, change] as const
}

const namesOf = ({ columns }: Workbench): string => columns.map(({ revision }) => revision).join(',')

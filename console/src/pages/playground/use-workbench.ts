import type { TaskRecord } from '@splitrun/client'
import { useRef, useState } from 'react'
import { useKeptPlace } from '../../app/kept.ts'
import { useFilters } from '../../parts/use-address.ts'
import { columnsOf, emptyWorkbench, type Workbench } from './workbench.ts'

/**
 * What lies on the table for a task. It is kept while one looks at other pages, and beyond the end of the session. The task
 * and the revisions also stand in the address, which begins another table where it names others.
 */
export function useWorkbench(task: TaskRecord) {
  const place = useKeptPlace<Workbench>(`workbench ${task.id}`)
  const [{ task: named, revisions }, setFilters] = useFilters()
  const [shown, setShown] = useState(() => {
    const kept = place.read()
    const isSame = !revisions || (kept && namesOf(kept) === revisions)
    return kept && isSame ? kept : { ...(kept ?? emptyWorkbench), columns: columnsOf(task, revisions) }
  })
  const latest = useRef(shown)
  const change = (to: (before: Workbench) => Workbench) => {
    latest.current = to(latest.current)
    place.write(latest.current)
    setShown(latest.current)
    const names = namesOf(latest.current)
    // The task, too: by itself, the page would come back with the newest one.
    if (names !== revisions || named !== task.id) setFilters({ task: task.id, revisions: names })
  }
  return [shown, change] as const
}

const namesOf = ({ columns }: Workbench): string => columns.map(({ revision }) => revision).join(',')

import type { TaskRecord } from '@splitrun/client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useProject } from '../../app/project.ts'
import { useFilters } from '../../parts/use-address.ts'
import { columnsOf, emptyWorkbench, type Workbench } from './workbench.ts'

/**
 * What lies on the table for a task. It is kept with what was read of the server, so that it ends with the session. The
 * revisions also stand in the address, which begins another table where it names others.
 */
export function useWorkbench(task: TaskRecord) {
  const { project } = useProject()
  const queries = useQueryClient()
  const [{ revisions }, setFilters] = useFilters()
  const key = [project.id, 'workbench', task.id]
  const begin = () => emptyWorkbench(columnsOf(task, revisions))
  const { data } = useQuery({
    queryKey: key,
    queryFn: begin,
    initialData: begin,
    enabled: false,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const change = (to: (before: Workbench) => Workbench) => {
    const next = to(queries.getQueryData<Workbench>(key) ?? data)
    queries.setQueryData(key, next)
    const shown = next.columns.map(({ revision }) => revision).join(',')
    if (shown !== revisions) setFilters({ revisions: shown })
  }
  return [data, change] as const
}

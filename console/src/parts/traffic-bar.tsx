import type { TaskRecord } from '@splitrun/client'
import { percent } from './figures.ts'
import { revisionName } from './use-tasks.ts'

/** How the traffic of a task is split. @param named whether all its revisions are there, so that they have names */
export function TrafficBar({ task, named = false }: { task: TaskRecord; named?: boolean }) {
  const total = task.active_revisions.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return <span className="quiet">no traffic</span>
  const shares = task.active_revisions.map(({ task_revision_id: id, weight }) => ({
    id,
    share: weight / total,
    name: named ? `${revisionName(task, id)} ` : '',
  }))
  const words = shares.map(({ name, share }) => `${name}${percent(share)}`).join(' · ')
  return (
    <span className="traffic">
      <span className="traffic-bar" aria-hidden="true">
        {shares.map(({ id, share }) => (
          <span key={id} style={{ flexGrow: share }} />
        ))}
      </span>
      <span className="traffic-words">{words}</span>
    </span>
  )
}

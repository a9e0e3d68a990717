import type { ActiveRevision, TaskRecord } from '@splitrun/client'
import { percent } from '../figures.ts'
import { revisionName } from '../use-tasks.ts'

interface TrafficBarProps {
  readonly task: TaskRecord
  /** Its present ones where they are absent. */
  readonly weights?: readonly ActiveRevision[]
  /** Whether all its revisions are there, so that they have names. */
  readonly named?: boolean
}

/** How the traffic of a task is split. */
export function TrafficBar({ task, weights = task.active_revisions, named = false }: TrafficBarProps) {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  if (total === 0) return <span className="quiet">no traffic</span>
  const drawn = weights.filter(({ weight }) => weight > 0)
  const shares = drawn.map(({ task_revision_id: id, weight }) => ({
    id,
    share: weight / total,
    name: named ? `${revisionName(task, id)} ` : '',
  }))
  return (
    <span className="traffic">
      <span className="traffic-bar" aria-hidden="true">
        {shares.map(({ id, share }) => (
          <span key={id} style={{ flexGrow: share }} />
        ))}
      </span>
      <span className="traffic-words">
        {shares.map(({ id, name, share }, at) => (
          <span key={id}>
            {at > 0 && ' · '}
            <span className="traffic-share">
              {name}
              {percent(share)}
            </span>
          </span>
        ))}
      </span>
    </span>
  )
}

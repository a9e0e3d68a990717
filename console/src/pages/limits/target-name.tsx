import { Link } from '@tanstack/react-router'
import { useTasks } from '../../parts/use-tasks.ts'
import { useWho } from '../../parts/use-who.ts'
import type { Target } from './target.ts'

/** Whose runs a policy is about, in words. */
export function TargetName({ target: { applies_to: kind, target_id: id } }: { target: Target }) {
  const { data: tasks = [] } = useTasks()
  const nameOf = useWho()
  if (kind === 'project' || id === null) return 'the project'
  if (kind === 'key') return nameOf(id)
  return (
    <Link to="/tasks/$task" params={{ task: id }}>
      {tasks.find((task) => task.id === id)?.name ?? `task …${id.slice(-6)}`}
    </Link>
  )
}

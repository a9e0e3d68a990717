import { Link } from '@tanstack/react-router'

const VIEWS = [
  ['/tasks/$task', 'Traffic and revisions'],
  ['/tasks/$task/verdict', 'Which is better'],
  ['/tasks/$task/rollout', 'Rollout'],
  ['/tasks/$task/history', 'History of weights'],
] as const

/** The pages about a task's revisions, from each to the others. */
export const TaskViews = ({ task }: { task: string }) => (
  <nav aria-label="Views of the task" className="views">
    <ul>
      {VIEWS.map(([path, title]) => (
        <li key={path}>
          <Link
            to={path}
            params={{ task }}
            activeProps={{ 'aria-current': 'page' }}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            {title}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
)

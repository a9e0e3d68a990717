import { Link } from '@tanstack/react-router'
import { DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { RunLink } from '../../parts/run-link.tsx'
import { useTasks } from '../../parts/use-tasks.ts'
import { useWho } from '../../parts/use-who.ts'
import type { Waiting } from './use-waiting.ts'

/** Who waits for which limit. */
export function WaitingRuns({ waiting: { runs, isMore, error } }: { waiting: Waiting }) {
  const { data: tasks = [] } = useTasks()
  const nameOf = useWho()
  return (
    <>
      <h3>Who waits</h3>
      {error !== null && <Problem error={error} />}
      {runs?.length === 0 && <p className="quiet">No run of this project waits for a limit.</p>}
      {runs !== null && runs.length > 0 && (
        <DataTable
          rows={runs}
          keyOf={({ id }) => id}
          columns={[
            { head: 'Run', cell: (run) => <RunLink task={run.task_id} run={run.id} /> },
            {
              head: 'Task',
              cell: (run) => tasks.find(({ id }) => id === run.task_id)?.name ?? `…${run.task_id.slice(-6)}`,
            },
            { head: 'Started by', cell: (run) => nameOf(run.user_id) },
            {
              head: 'Waits for',
              cell: ({ waiting_on: { name, limit } }) => `${limit.replaceAll('_', ' ')} of ${name}`,
            },
            { head: 'Tried again', cell: ({ waiting_on }) => <Moment at={waiting_on.until} /> },
          ]}
        />
      )}
      {isMore && (
        <p className="quiet">
          These are of the newest runs;{' '}
          <Link to="/runs" search={{ status: 'queued' }}>
            all that are queued
          </Link>
          .
        </p>
      )}
    </>
  )
}

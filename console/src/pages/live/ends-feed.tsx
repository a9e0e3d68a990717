import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { DataTable } from '../../parts/data-table.tsx'
import { count, duration } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { Empty } from '../../parts/page/empty.tsx'
import { Problem } from '../../parts/page/problem.tsx'
import { RunLink } from '../../parts/run-link.tsx'
import { ModelName } from '../../parts/simulated.tsx'
import { StatusMark } from '../../parts/status-mark.tsx'
import { useEnds } from './use-ends.ts'

/** The runs that end while one looks. @param nameOf the name of a task */
export function EndsFeed({ nameOf }: { nameOf: (task: string) => string }) {
  const [isHeld, setHeld] = useState(false)
  const { shown, waiting, skipped, isWatching, error, watchAgain } = useEnds(isHeld)
  return (
    <section className="section" aria-labelledby="ends">
      <div className="page-head">
        <h2 id="ends">Ends, as they come</h2>
        <button type="button" aria-pressed={isHeld} onClick={() => setHeld(!isHeld)}>
          {isHeld ? `Go on (${count(waiting.length)} new)` : 'Hold'}
        </button>
        {skipped > 0 && (
          <span className="quiet">
            {count(skipped)} more ended, faster than they are told here: <Link to="/runs">all runs</Link>
          </span>
        )}
      </div>
      {error !== null && <Problem error={error} onRetry={watchAgain} />}
      {shown.length === 0 ? (
        error === null && (
          <Empty title={isWatching ? 'Nothing has ended yet' : 'Connecting'}>
            Runs stand here as soon as they end. Start one in the <Link to="/playground">playground</Link>.
          </Empty>
        )
      ) : (
        <DataTable
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            { head: 'Run', cell: (run) => <RunLink task={run.task_id} run={run.id} /> },
            { head: 'Task', cell: (run) => nameOf(run.task_id) },
            {
              head: 'Status',
              cell: (run) => (
                <>
                  <StatusMark status={run.status} /> <small>{run.reason}</small>
                </>
              ),
            },
            { head: 'Model', cell: (run) => <ModelName model={run.model} /> },
            { head: 'Took', isNumber: true, cell: (run) => duration(run.total_ms) },
            { head: 'Tokens', isNumber: true, cell: (run) => count(run.input_tokens + run.output_tokens) },
            { head: 'Ended', cell: (run) => <Moment at={run.settled} /> },
          ]}
        />
      )}
    </section>
  )
}

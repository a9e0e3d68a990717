import type { Queue } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { DataTable } from '../../parts/data-table.tsx'
import { count, duration } from '../../parts/figures.ts'
import { Empty } from '../../parts/page/empty.tsx'
import { ModelName } from '../../parts/simulated.tsx'

/** What waits and runs, in all and by model. */
export function QueueState({ queue }: { queue: Queue }) {
  const { workers, queued, running, held, oldest_age: oldest } = queue
  return (
    <>
      {workers === 0 && (
        <div className="problem" role="alert">
          There is no worker: what is queued waits until one is started, by <code>splitrun worker</code> or{' '}
          <code>npm start</code>.
        </div>
      )}
      <dl className="live-figures">
        <div>
          <dt>Queued</dt>
          <dd>
            <Link to="/runs" search={{ status: 'queued' }}>
              {count(queued)}
            </Link>
          </dd>
        </div>
        <div>
          <dt>Of these held back</dt>
          <dd title="Beyond the window of their model, or put off by it">{count(held)}</dd>
        </div>
        <div>
          <dt>Running</dt>
          <dd>
            <Link to="/runs" search={{ status: 'running' }}>
              {count(running)}
            </Link>
          </dd>
        </div>
        <div>
          <dt>Oldest waits for</dt>
          <dd>{oldest === null ? '—' : duration(oldest * 1000)}</dd>
        </div>
        <div>
          <dt>Workers</dt>
          <dd title="Of the whole installation">{workers === null ? 'unknown' : count(workers)}</dd>
        </div>
      </dl>
      {queue.by_model.length === 0 ? (
        <Empty title="Nothing waits and nothing runs">
          What callers start stands here while it waits for a worker or a model.
        </Empty>
      ) : (
        <DataTable
          rows={queue.by_model}
          keyOf={({ model }) => model ?? ''}
          columns={[
            {
              head: 'Model',
              cell: ({ model }) => (model === null ? 'not known yet' : <ModelName model={model} />),
            },
            { head: 'Queued', isNumber: true, cell: (row) => count(row.queued) },
            { head: 'Held back', isNumber: true, cell: (row) => count(row.held) },
            { head: 'Running', isNumber: true, cell: (row) => count(row.running) },
          ]}
        />
      )}
    </>
  )
}

import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { ActionButton } from '../parts/action-button.tsx'
import { count } from '../parts/figures.ts'
import { Empty } from '../parts/page/empty.tsx'
import { Loading } from '../parts/page/loading.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Problem } from '../parts/page/problem.tsx'
import { useFilters } from '../parts/use-address.ts'
import { BulkActions } from './runs/bulk-actions.tsx'
import { FILTERS, type FilterName, RunFilters } from './runs/run-filters.tsx'
import { RunTable } from './runs/run-table.tsx'
import { type Filter, useRuns } from './runs/use-runs.ts'

/** A tab holds no more: what is older is a list of its own, which ends where this one does. */
const MOST_ROWS = 500

const NOBODY: ReadonlySet<string> = new Set()

/** The filter of the API that an address stands for. Names that are no filters are left alone. */
function filterOf(given: Readonly<Record<string, string>>): Filter {
  const known = Object.entries(given).filter(([name]) => name in FILTERS)
  return Object.fromEntries(
    known.map(([name, value]) => [name === 'task' ? 'task_id' : name, value]),
  ) as Filter
}

/** The runs of the project. */
export default function Runs() {
  const [given, setFilters] = useFilters()
  const [picked, setPicked] = useState(NOBODY)
  const { query, runs, newer, showNewer } = useRuns(filterOf(given))
  const chosen = runs.filter(({ id }) => picked.has(id))
  return (
    <PageFrame title="Runs">
      <RunFilters given={given} onChange={setFilters} />
      {query.error && <Problem error={query.error} onRetry={query.refetch} />}
      <div className="row section">
        {newer > 0 && (
          <button type="button" className="primary" onClick={showNewer}>
            {newer} new {newer === 1 ? 'run' : 'runs'}
          </button>
        )}
        {chosen.length > 0 && <BulkActions runs={chosen} onDone={() => setPicked(NOBODY)} />}
      </div>
      {query.isPending && <Loading what="Reading runs" />}
      {query.data && runs.length === 0 && <NoRuns given={given} />}
      {runs.length > 0 && <RunTable runs={runs} picked={picked} onPick={setPicked} />}
      {query.hasNextPage && runs.length < MOST_ROWS && (
        <ActionButton busy={query.isFetchingNextPage} onPress={() => void query.fetchNextPage()}>
          Older runs
        </ActionButton>
      )}
      {query.hasNextPage && runs.length >= MOST_ROWS && (
        <button type="button" onClick={() => setFilters({ end_date: runs.at(-1)?.created })}>
          Go on from here, without the {count(runs.length)} above
        </button>
      )}
    </PageFrame>
  )
}

function NoRuns({ given }: { given: Readonly<Record<string, string>> }) {
  const used = Object.entries(given).filter(([name]) => name in FILTERS)
  if (used.length === 0) {
    return (
      <Empty title="There is no run yet">
        <p>
          A task runs when it is called. Start one in the <Link to="/playground">playground</Link>; the page
          of a <Link to="/tasks">task</Link> has the call as a command and as code.
        </p>
      </Empty>
    )
  }
  return (
    <Empty title="No run passes these filters">
      <ul>
        {used.map(([name, value]) => (
          <li key={name}>
            {FILTERS[name as FilterName]}: <code>{value}</code>
          </li>
        ))}
      </ul>
    </Empty>
  )
}

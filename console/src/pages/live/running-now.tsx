import { useApi } from '../../app/use-api.ts'
import { DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Loaded } from '../../parts/page/loaded.tsx'
import { RunLink } from '../../parts/run-link.tsx'
import { ModelName } from '../../parts/simulated.tsx'

/** As many are shown, the newest. */
const MOST = 20
const EVERY_MS = 2_000

/** What workers hold now. @param nameOf the name of a task */
export function RunningNow({ nameOf }: { nameOf: (task: string) => string }) {
  const query = useApi(
    ['runs', 'running'],
    async (client, signal) => {
      const filter = { status: 'running', fields: 'summary', page_limit: MOST } as const
      return (await client.runs.list(filter, { signal }).page()).results
    },
    { every: EVERY_MS },
  )
  return (
    <section className="section" aria-labelledby="held">
      <h2 id="held">With workers now</h2>
      <Loaded query={query} what="runs">
        {(runs) =>
          runs.length === 0 ? (
            <p className="quiet">No worker holds a run of this project.</p>
          ) : (
            <DataTable
              rows={runs}
              keyOf={({ id }) => id}
              columns={[
                { head: 'Run', cell: (run) => <RunLink task={run.task_id} run={run.id} /> },
                { head: 'Task', cell: (run) => nameOf(run.task_id) },
                { head: 'Model', cell: (run) => <ModelName model={run.model} /> },
                { head: 'Since', cell: (run) => <Moment at={run.created} /> },
              ]}
            />
          )
        }
      </Loaded>
    </section>
  )
}

import { Link } from '@tanstack/react-router'
import { useApi } from '../../app/use-api.ts'
import { shortId } from '../../parts/figures.ts'
import { Loaded } from '../../parts/loaded.tsx'
import { Moment } from '../../parts/moment.tsx'

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
            <table>
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">Task</th>
                  <th scope="col">Model</th>
                  <th scope="col">Since</th>
                </tr>
              </thead>
              <tbody>
                {runs.map((run) => (
                  <tr key={run.id}>
                    <th scope="row">
                      <Link to="/runs/$task/$run" params={{ task: run.task_id, run: run.id }} data-row>
                        …{shortId(run.id)}
                      </Link>
                    </th>
                    <td>{nameOf(run.task_id)}</td>
                    <td>{run.model ?? '—'}</td>
                    <td>
                      <Moment at={run.created} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  )
}

import { Link } from '@tanstack/react-router'
import { useProject } from '../app/project.ts'
import { useApi } from '../app/use-api.ts'
import { count, credits, percent } from '../parts/figures.ts'
import { Moment } from '../parts/moment.tsx'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Unread } from '../parts/page/unread.tsx'
import { TrafficBar } from '../parts/revisions/traffic-bar.tsx'
import { useOlderTasks, useTasks } from '../parts/use-tasks.ts'
import { ServingModels } from './tasks/serving-models.tsx'

const NO_RUNS = { runs: 0, succeeded: 0, credits: 0 }

/** What today's runs of each task come to. */
const useToday = (enabled: boolean) =>
  useApi(
    ['reports', 'today'],
    async (client, signal) => {
      const today = { start_date: 'today' }
      const [usage, credit] = await Promise.all([
        client.reports.usage(today, { signal }),
        client.reports.credit(today, { signal }),
      ])
      const found = new Map<string, { runs: number; succeeded: number; credits: number }>()
      for (const { task_id, task_runs, outcomes } of usage.task_revisions) {
        const sum = found.get(task_id) ?? { runs: 0, succeeded: 0, credits: 0 }
        found.set(task_id, {
          ...sum,
          runs: sum.runs + task_runs,
          succeeded: sum.succeeded + outcomes.succeeded,
        })
      }
      for (const row of credit.task_revisions) {
        const sum = found.get(row.task_id)
        if (sum) sum.credits += Number(row.credits)
      }
      return found
    },
    { every: 10_000, enabled },
  )

/** All tasks of the project, with what they do today. */
export default function Tasks() {
  const { whyNot } = useProject()
  const tasks = useTasks()
  const showOlder = useOlderTasks()
  const mayReport = whyNot('run:read') === null
  const figures = useToday(mayReport)
  const today = figures.data
  const making = whyNot('task:write') === null && (
    <Link to="/tasks/new" className="button primary">
      New task
    </Link>
  )
  return (
    <PageFrame title="Tasks" actions={making}>
      <Loaded query={tasks} what="tasks">
        {(all) =>
          all.length === 0 ? (
            <Empty title="There is no task yet">
              <p>
                A task is a prompt with a name, which callers run.{' '}
                {making || 'A key with the scope task:write can make one.'}
              </p>
            </Empty>
          ) : (
            <>
              {mayReport && <Unread query={figures} what="the figures of today" />}
              <table>
                <thead>
                  <tr>
                    <th scope="col">Task</th>
                    <th scope="col">Traffic</th>
                    <th scope="col">Model</th>
                    <th scope="col" className="number">
                      Runs today
                    </th>
                    <th scope="col" className="number">
                      Succeeded
                    </th>
                    <th scope="col" className="number">
                      Credits today
                    </th>
                    <th scope="col">Changed</th>
                  </tr>
                </thead>
                <tbody>
                  {all.map((task) => {
                    const sum = today && (today.get(task.id) ?? NO_RUNS)
                    return (
                      <tr key={task.id}>
                        <th scope="row">
                          <Link to="/tasks/$task" params={{ task: task.id }} data-row>
                            {task.name}
                          </Link>
                          {!task.enabled && <small className="quiet"> off</small>}
                        </th>
                        <td>
                          <TrafficBar task={task} />
                        </td>
                        <td>
                          <ServingModels task={task} />
                        </td>
                        <td className="number">{sum ? count(sum.runs) : '—'}</td>
                        <td className="number">{sum?.runs ? percent(sum.succeeded / sum.runs) : '—'}</td>
                        <td className="number">{sum ? credits(sum.credits.toFixed(6)) : '—'}</td>
                        <td>
                          <Moment at={task.modified} />
                        </td>
                      </tr>
                    )
                  })}
                </tbody>
              </table>
              {showOlder && (
                <p>
                  These are the newest {count(all.length)}, here and wherever tasks are chosen.{' '}
                  <button type="button" onClick={showOlder}>
                    Older tasks
                  </button>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </PageFrame>
  )
}

import './reports/reports.css'
import { Link } from '@tanstack/react-router'
import { count } from '../parts/figures.ts'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { useFilters } from '../parts/use-address.ts'
import { useTasks } from '../parts/use-tasks.ts'
import { DayCharts } from './reports/day-charts.tsx'
import { DayTable } from './reports/day-table.tsx'
import { ReportFilters } from './reports/report-filters.tsx'
import { RevisionFiguresTable } from './reports/revision-figures.tsx'
import { RunsLink } from './reports/runs-link.tsx'
import { type Asked, firstDay, type Reported, useReports } from './reports/use-reports.ts'

const USUAL_DAYS = 7

/** What runs came to by day and by revision, and a way to the runs from every figure. */
export default function Reports() {
  const [{ task, reporting_group, days }, setFilters] = useFilters()
  const asked = { task, reporting_group, days: Math.min(365, Math.max(1, Number(days) || USUAL_DAYS)) }
  const query = useReports(asked)
  const { data: tasks = [] } = useTasks()
  return (
    <PageFrame title="Reports">
      <ReportFilters asked={asked} onChange={setFilters} />
      <Loaded query={query} what="reports">
        {(found) =>
          found.whole.runs === 0 ? (
            <Empty title="No run has ended in this time">
              {task || reporting_group ? (
                <button
                  type="button"
                  onClick={() => setFilters({ task: undefined, reporting_group: undefined })}
                >
                  Report on all tasks and groups
                </button>
              ) : (
                <>
                  Choose more days, or start a run in the <Link to="/playground">playground</Link>.
                </>
              )}
            </Empty>
          ) : (
            <Shown found={found} asked={asked} tasks={tasks} />
          )
        }
      </Loaded>
    </PageFrame>
  )
}

interface ShownProps {
  readonly found: Reported
  readonly asked: Asked
  readonly tasks: Parameters<typeof RevisionFiguresTable>[0]['tasks']
}

function Shown({ found, asked, tasks }: ShownProps) {
  const { task, reporting_group, days } = asked
  const search = { task, reporting_group }
  const whole = { ...search, start_date: firstDay(days) }
  return (
    <>
      <section className="section" aria-label="Charts">
        <DayCharts figures={found.days} most={days} />
      </section>
      <section className="section" aria-labelledby="by-day">
        <h2 id="by-day">By day</h2>
        <DayTable days={found.days} whole={found.whole} search={search} wholeSearch={whole} />
      </section>
      <section className="section" aria-labelledby="by-revision">
        <h2 id="by-revision">By revision</h2>
        <RevisionFiguresTable revisions={found.revisions} tasks={tasks} search={whole} />
      </section>
      {found.reasons.length > 0 && (
        <section className="section" aria-labelledby="reasons">
          <h2 id="reasons">Why runs did not succeed</h2>
          <ul>
            {found.reasons.map(([reason, runs]) => (
              <li key={reason}>
                <code>{reason}</code>{' '}
                <RunsLink runs={runs} search={{ ...whole, reason }}>
                  {count(runs)}
                </RunsLink>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="quiet">
        Runs are counted on the day on which they ended, and listed by when they were made. Times are from
        creation to end; what they lead to are the runs that took at least so long.
      </p>
    </>
  )
}

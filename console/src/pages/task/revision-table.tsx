import type { TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { count, credits, duration, percent } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { Unread } from '../../parts/page/unread.tsx'
import { FigureHeadings } from '../../parts/revisions/figure-headings.tsx'
import { ModelName } from '../../parts/simulated.tsx'
import { revisionName } from '../../parts/use-tasks.ts'
import { useFigures } from './use-figures.ts'

/** All revisions of a task with what they came to, two of which can be put side by side. */
export function RevisionTable({ task }: { task: TaskRecord }) {
  const figures = useFigures(task.id)
  const [first, second] = task.revisions
  const [picked, setPicked] = useState<readonly string[]>(second && first ? [second.id, first.id] : [])
  const [left, right] = picked
  const total = task.active_revisions.reduce((sum, { weight }) => sum + weight, 0)
  const shareOf = (id: string) => {
    const weight = task.active_revisions.find((each) => each.task_revision_id === id)?.weight ?? 0
    return weight === 0 ? '' : percent(weight / total)
  }
  const toggle = (id: string) =>
    setPicked(picked.includes(id) ? picked.filter((each) => each !== id) : [...picked.slice(-1), id])

  return (
    <section className="section" aria-labelledby="revisions">
      <div className="page-head">
        <h2 id="revisions">Revisions</h2>
        {left && right && (
          <Link
            to="/tasks/$task/compare"
            params={{ task: task.id }}
            search={{ left, right }}
            className="button"
          >
            Compare {revisionName(task, left)} with {revisionName(task, right)}
          </Link>
        )}
      </div>
      {figures.query && <Unread query={figures.query} what="what their runs came to" />}
      <table>
        <thead>
          <tr>
            <th scope="col">Compare</th>
            <th scope="col">Revision</th>
            <th scope="col">Made</th>
            <th scope="col">Model</th>
            <th scope="col" className="number">
              Traffic
            </th>
            <FigureHeadings />
          </tr>
        </thead>
        <tbody>
          {task.revisions.map(({ id, created, llm_model_id, annotation, test }) => {
            const row = figures.of(id)
            const name = revisionName(task, id)
            return (
              <tr key={id}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Compare ${name}`}
                    checked={picked.includes(id)}
                    onChange={() => toggle(id)}
                  />
                </td>
                <th scope="row">
                  <Link to="/tasks/$task/edit" params={{ task: task.id }} search={{ from: id }} data-row>
                    {name}
                  </Link>{' '}
                  {test && <small className="quiet">test</small>} <small>{annotation}</small>
                </th>
                <td>
                  <Moment at={created} />
                </td>
                <td>
                  <ModelName model={llm_model_id} />
                </td>
                <td className="number">{shareOf(id)}</td>
                <td className="number">
                  {row ? (
                    <Link to="/runs" search={{ task: task.id, task_revision_id: id }}>
                      {count(row.runs)}
                    </Link>
                  ) : (
                    '—'
                  )}
                </td>
                <td className="number">{row?.runs ? percent(row.succeeded / row.runs) : '—'}</td>
                <td className="number">{row?.p50 == null ? '—' : duration(row.p50)}</td>
                <td className="number">{row?.credits == null ? '—' : credits(row.credits)}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Empty } from '../../parts/empty.tsx'
import { count, duration, shortId } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { Problem } from '../../parts/problem.tsx'
import { StatusMark } from '../../parts/status-mark.tsx'
import { useEnds } from './use-ends.ts'

/** The runs that end while one looks. @param nameOf the name of a task */
export function EndsFeed({ nameOf }: { nameOf: (task: string) => string }) {
  const [isHeld, setHeld] = useState(false)
  const { shown, waiting, skipped, isWatching, error } = useEnds(isHeld)
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
      {error !== null && <Problem error={error} />}
      {shown.length === 0 ? (
        error === null && (
          <Empty title={isWatching ? 'Nothing has ended yet' : 'Connecting'}>
            Runs stand here as soon as they end. Start one in the <Link to="/playground">playground</Link>.
          </Empty>
        )
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Task</th>
              <th scope="col">Status</th>
              <th scope="col">Model</th>
              <th scope="col" className="number">
                Took
              </th>
              <th scope="col" className="number">
                Tokens
              </th>
              <th scope="col">Ended</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((run) => (
              <tr key={run.id}>
                <th scope="row">
                  <Link to="/runs/$task/$run" params={{ task: run.task_id, run: run.id }} data-row>
                    …{shortId(run.id)}
                  </Link>
                </th>
                <td>{nameOf(run.task_id)}</td>
                <td>
                  <StatusMark status={run.status} /> <small>{run.reason}</small>
                </td>
                <td>{run.model ?? '—'}</td>
                <td className="number">{duration(run.total_ms)}</td>
                <td className="number">{count(run.input_tokens + run.output_tokens)}</td>
                <td>
                  <Moment at={run.settled} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

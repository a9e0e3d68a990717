import type { ListedRun } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { count, credits, duration, shortId } from '../../parts/figures.ts'
import { Moment } from '../../parts/moment.tsx'
import { useRevisionNames } from '../../parts/revisions/use-revision-names.ts'
import { ModelName } from '../../parts/simulated.tsx'
import { StatusMark } from '../../parts/status-mark.tsx'
import { useTasks } from '../../parts/use-tasks.ts'
import { scoreText } from '../run/feedback-draft.ts'

interface RunTableProps {
  readonly runs: readonly ListedRun[]
  readonly picked: ReadonlySet<string>
  readonly onPick: (picked: ReadonlySet<string>) => void
}

const HEADS = ['Status', 'Task', 'Revision', 'Model', 'Created', 'Took', 'Tokens', 'Credits', 'Scores']
const NUMBERS = new Set(['Took', 'Tokens', 'Credits'])

/** What was said of a run last. */
const scoresText = ({ scores }: ListedRun): string =>
  Object.entries(scores)
    .map(([name, value]) => `${name}: ${scoreText(value)}`)
    .join(', ')

/** Runs, one line each, without what went into them and came out. */
export function RunTable({ runs, picked, onPick }: RunTableProps) {
  const { data: tasks = [] } = useTasks()
  const nameRevision = useRevisionNames(runs.map(({ task_id }) => task_id))
  const nameOf = (task: string) => tasks.find(({ id }) => id === task)?.name ?? `…${shortId(task)}`
  const all = runs.every(({ id }) => picked.has(id))
  const toggle = (id: string) => {
    const next = new Set(picked)
    if (!next.delete(id)) next.add(id)
    onPick(next)
  }
  return (
    <table className="dense">
      <thead>
        <tr>
          <th scope="col">
            <input
              type="checkbox"
              aria-label="Choose all that are shown"
              checked={all}
              onChange={() => onPick(new Set(all ? [] : runs.map(({ id }) => id)))}
            />
          </th>
          {HEADS.map((head) => (
            <th key={head} scope="col" className={NUMBERS.has(head) ? 'number' : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <input
                type="checkbox"
                aria-label={`Choose run ${shortId(run.id)}`}
                checked={picked.has(run.id)}
                onChange={() => toggle(run.id)}
              />
            </td>
            <td>
              <StatusMark status={run.status} />
              {run.error && <small className="run-reason">{run.error.reason}</small>}
            </td>
            <th scope="row">
              <Link to="/runs/$task/$run" params={{ task: run.task_id, run: run.id }} data-row>
                {nameOf(run.task_id)} <small className="quiet">{shortId(run.id)}</small>
              </Link>
            </th>
            <td>{nameRevision(run.task_id, run.task_revision_id) ?? '—'}</td>
            <td>
              <ModelName model={run.model} />
            </td>
            <td>
              <Moment at={run.created} />
            </td>
            <td className="number">{run.timings ? duration(run.timings.total) : '—'}</td>
            <td className="number">{run.done ? count(run.total_tokens) : '—'}</td>
            <td className="number">{run.done ? credits(run.charged_credits) : '—'}</td>
            <td>{scoresText(run)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

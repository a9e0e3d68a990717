import type { TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { shortId } from '../../parts/figures.ts'
import { FigureCells, FigureHeads } from './figure-cells.tsx'
import type { RevisionFigures } from './use-reports.ts'

interface RevisionFiguresProps {
  readonly revisions: readonly RevisionFigures[]
  readonly tasks: readonly TaskRecord[]
  readonly search: Readonly<Record<string, string | undefined>>
}

/** What each revision came to. */
export const RevisionFiguresTable = ({ revisions, tasks, search }: RevisionFiguresProps) => (
  <table>
    <thead>
      <tr>
        <th scope="col">Task</th>
        <th scope="col">Revision</th>
        <FigureHeads />
      </tr>
    </thead>
    <tbody>
      {revisions.map((figures) => {
        const { task_id: task, task_revision_id: revision } = figures
        return (
          <tr key={`${task} ${revision}`}>
            <th scope="row">
              <Link to="/tasks/$task" params={{ task }}>
                {tasks.find(({ id }) => id === task)?.name ?? `…${shortId(task)}`}
              </Link>
            </th>
            <td>
              {revision === null ? <span className="quiet">none was drawn</span> : `…${shortId(revision)}`}
            </td>
            <FigureCells
              figures={figures}
              search={{ ...search, task, task_revision_id: revision ?? undefined }}
            />
          </tr>
        )
      })}
    </tbody>
  </table>
)

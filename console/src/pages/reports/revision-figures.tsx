import type { TaskRecord } from '@splitrun/client'
import { Link } from '@tanstack/react-router'
import { shortId } from '../../parts/figures.ts'
import { useRevisionNames } from '../../parts/revisions/use-revision-names.ts'
import { FigureCells, FigureHeads } from './figure-cells.tsx'
import type { RevisionFigures } from './use-reports.ts'

interface RevisionFiguresProps {
  readonly revisions: readonly RevisionFigures[]
  readonly tasks: readonly TaskRecord[]
  readonly search: Readonly<Record<string, string | undefined>>
}

/** What each revision came to. */
export function RevisionFiguresTable({ revisions, tasks, search }: RevisionFiguresProps) {
  const nameRevision = useRevisionNames(revisions.map(({ task_id }) => task_id))
  return (
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
              <td>{nameRevision(task, revision) ?? <span className="quiet">none was drawn</span>}</td>
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
}

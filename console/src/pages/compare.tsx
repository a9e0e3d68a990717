import { Link } from '@tanstack/react-router'
import { count, credits, duration, percent } from '../parts/figures.ts'
import { Moment } from '../parts/moment.tsx'
import { Empty } from '../parts/page/empty.tsx'
import { Loaded } from '../parts/page/loaded.tsx'
import { PageFrame } from '../parts/page/page-frame.tsx'
import { Unread } from '../parts/page/unread.tsx'
import { FigureHeadings } from '../parts/revisions/figure-headings.tsx'
import { useFilters, useParam } from '../parts/use-address.ts'
import { revisionName, useTask } from '../parts/use-tasks.ts'
import { changedFields, draftOf, FIELDS, type Field } from './edit-task/draft.ts'
import { FieldDiffs } from './edit-task/field-diffs.tsx'
import { type RevisionFigures, useFigures } from './task/use-figures.ts'

/** Two revisions of a task: what differs, and what their runs came to. */
export default function Compare() {
  const id = useParam('task')
  const [{ left, right }] = useFilters()
  const figures = useFigures(id)
  return (
    <Loaded page="Compare" query={useTask(id)} what="the revisions">
      {({ task }) => {
        const [before, after] = [left, right].map((each) =>
          task.revisions.find((revision) => revision.id === each),
        )
        if (!before || !after) {
          return (
            <PageFrame title="Compare">
              <Empty title="These revisions are not there">
                <Link to="/tasks/$task" params={{ task: id }}>
                  Choose two of {task.name}
                </Link>
              </Empty>
            </PageFrame>
          )
        }
        const texts = [draftOf(task, before), draftOf(task, after)] as const
        const fields = changedFields(...texts)
        const same = (Object.keys(FIELDS) as Field[]).filter((field) => !fields.includes(field))
        const names = [before, after].map((each) => revisionName(task, each.id))
        return (
          <PageFrame title={`${task.name}: ${names.join(' and ')}`}>
            {figures.query && <Unread query={figures.query} what="what their runs came to" />}
            <table>
              <thead>
                <tr>
                  <th scope="col">Revision</th>
                  <th scope="col">Made</th>
                  <FigureHeadings />
                </tr>
              </thead>
              <tbody>
                {[before, after].map((each) => (
                  <tr key={each.id}>
                    <th scope="row">{revisionName(task, each.id)}</th>
                    <td>
                      <Moment at={each.created} />
                    </td>
                    <Figures row={figures.of(each.id)} />
                  </tr>
                ))}
              </tbody>
            </table>
            {fields.length === 0 ? (
              <p>They do not differ in what is shown here.</p>
            ) : (
              <FieldDiffs before={texts[0]} after={texts[1]} fields={fields} />
            )}
            <p className="quiet">The same in both: {same.map((field) => FIELDS[field]).join(', ')}.</p>
          </PageFrame>
        )
      }}
    </Loaded>
  )
}

const Figures = ({ row }: { row: RevisionFigures | undefined }) => (
  <>
    <td className="number">{row ? count(row.runs) : '—'}</td>
    <td className="number">{row?.runs ? percent(row.succeeded / row.runs) : '—'}</td>
    <td className="number">{row?.p50 == null ? '—' : duration(row.p50)}</td>
    <td className="number">{row?.credits == null ? '—' : credits(row.credits)}</td>
  </>
)

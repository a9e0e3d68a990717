import type { Feedback, GivenScore } from '@splitrun/client'
import { DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/moment.tsx'
import { useWho } from '../../parts/use-who.ts'
import { scoreText } from './feedback-draft.ts'

/** What was said of a run, by whom, and what comparisons count of it. */
export function GivenScores({ feedback: { scores, comment } }: { feedback: Feedback }) {
  const nameOf = useWho()
  const rows = Object.entries(scores).map(([name, given]) => ({ name, given }))
  if (rows.length === 0 && comment === null) {
    return <p className="quiet">Nobody has said anything of this run yet.</p>
  }
  return (
    <>
      {rows.length > 0 && (
        <DataTable
          rows={rows}
          keyOf={({ name }) => name}
          columns={[
            { head: 'Score', cell: ({ name }) => name },
            {
              head: 'Said last',
              cell: ({ given: { value } }) => (value === null ? 'taken back' : scoreText(value)),
            },
            { head: 'Comparisons count', cell: ({ given }) => countedText(given) },
            { head: 'By', cell: ({ given: { by } }) => nameOf(by) },
            { head: 'When', cell: ({ given: { at } }) => <Moment at={at} /> },
          ]}
        />
      )}
      {comment !== null && <blockquote className="comment">{comment}</blockquote>}
    </>
  )
}

const countedText = ({ first, counted }: GivenScore): string =>
  counted ? `${scoreText(first)}, which was said first` : 'nothing: the revision was not drawn'

import { useState } from 'react'
import { TextDiff } from '../../parts/text/text-diff.tsx'
import { compareAnswers } from './compare-answers.ts'

interface Answered {
  readonly title: string
  /** Undefined where there is none yet. */
  readonly answer: unknown
}

/** Texts from this length on are shown with the words that differ. */
const LONG = 40

/** The answers field by field, each beside the first one's. */
export function AnswerTable({ answers }: { answers: readonly Answered[] }) {
  const [onlyDifferent, setOnlyDifferent] = useState(false)
  const fields = compareAnswers(answers.map(({ answer }) => answer))
  const different = fields.filter(({ differs }) => differs)
  return (
    <section className="section" aria-labelledby="differences">
      <div className="page-head">
        <h2 id="differences">
          {different.length === 0
            ? 'The answers are the same'
            : `${different.length} of ${fields.length} fields differ`}
        </h2>
        {different.length > 0 && (
          <label>
            <input
              type="checkbox"
              checked={onlyDifferent}
              onChange={({ target }) => setOnlyDifferent(target.checked)}
            />{' '}
            only these
          </label>
        )}
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            {answers.map(({ title }) => (
              <th scope="col" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {(onlyDifferent ? different : fields).map(({ path, values, differs }) => (
            <tr key={path} data-differs={differs}>
              <th scope="row">
                {path === '' ? 'answer' : path} {differs && <span className="playground-differs">≠</span>}
              </th>
              {values.map((value, at) => (
                <td key={answers[at]?.title}>
                  <Cell value={value} first={at === 0 ? null : (values[0] ?? null)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Cell({ value, first }: { value: string | null; first: string | null }) {
  if (value === null) return <span className="quiet">nothing</span>
  if (first === null || first === value) return <span className="playground-value">{value}</span>
  if (first.length >= LONG && value.length >= LONG) return <TextDiff before={first} after={value} />
  return (
    <span className="playground-value">
      <ins>{value}</ins>
    </span>
  )
}

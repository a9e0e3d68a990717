import { CodeEditor } from '../../parts/text/code-editor.tsx'
import { FIELDS } from './draft.ts'

const EXAMPLE = {
  helpful: { type: 'boolean', good: true },
  stars: { type: 'number', min: 1, max: 5, good: 'high' },
}

/** What feedback on runs may say, by name. */
export function ScoresField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <section aria-labelledby="scores">
      <h2 id="scores">{FIELDS.scores}</h2>
      {value === '' && (
        <p className="quiet">
          What people may say of a run once it has ended.{' '}
          <button type="button" onClick={() => onChange(JSON.stringify(EXAMPLE, null, 2))}>
            Begin with an example
          </button>
        </p>
      )}
      <CodeEditor label={FIELDS.scores} language="json" value={value} onChange={onChange} />
    </section>
  )
}

import { CodeEditor } from '../../parts/text/code-editor.tsx'
import type { Draft } from './draft.ts'

interface DraftFieldsProps {
  readonly draft: Draft
  readonly hasFormat: boolean
  /** Of the column, so that each field has a name of its own. */
  readonly title: string
  readonly onChange: (draft: Draft) => void
}

const LANGUAGES = {
  system_prompt: ['System prompt', 'prompt'],
  user_prompt: ['User prompt', 'prompt'],
  output_format: ['Output format', 'json'],
  llm_config: ['Parameters of the model', 'json'],
} as const

/** What can be tried out of a revision. */
export function DraftFields({ draft, hasFormat, title, onChange }: DraftFieldsProps) {
  const names = Object.keys(LANGUAGES) as (keyof typeof LANGUAGES)[]
  return (
    <div className="playground-draft">
      {names
        .filter((name) => hasFormat || name !== 'output_format')
        .map((name) => {
          const [label, language] = LANGUAGES[name]
          return (
            <div key={name}>
              <h3>{label}</h3>
              <CodeEditor
                label={`${label} of ${title}`}
                language={language}
                value={draft[name]}
                onChange={(text) => onChange({ ...draft, [name]: text })}
              />
            </div>
          )
        })}
    </div>
  )
}

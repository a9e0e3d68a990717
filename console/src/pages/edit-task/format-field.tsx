import type { OutputModality } from '@splitrun/client'
import { CodeEditor } from '../../parts/text/code-editor.tsx'
import { FIELDS } from './draft.ts'
import { LiveSchema } from './live-schema.tsx'

interface FormatFieldProps {
  readonly modality: OutputModality
  /** JSON; empty for none. */
  readonly value: string
  readonly onChange: (value: string) => void
}

/** The format of answers, or of a table's rows, beside what the server makes of it. */
export const FormatField = ({ modality, value, onChange }: FormatFieldProps) => (
  <div className="columns">
    <div>
      <h2>{FIELDS.output_format}</h2>
      {modality === 'csv' && (
        <p className="quiet">
          That of a row: its keys are the columns of the table, in their order. Without one, the model chooses
          the columns.
        </p>
      )}
      <CodeEditor label={FIELDS.output_format} language="json" value={value} onChange={onChange} />
    </div>
    <LiveSchema modality={modality} format={value} />
  </div>
)

import type { InputProcessor } from '@splitrun/client'
import { useId } from 'react'
import { CodeEditor } from '../../parts/text/code-editor.tsx'
import type { ProcessorRow } from './processor-rows.ts'

interface ProcessorFieldProps {
  /** What it is called here, so that each has names of its own. */
  readonly title: string
  readonly row: ProcessorRow
  readonly parameters: readonly string[]
  /** Those of this server; undefined as long as they are not known. */
  readonly known: readonly InputProcessor[] | undefined
  readonly onChange: (row: ProcessorRow) => void
  readonly onRemove: () => void
}

/** An input processor: what it works on, and what it is told. */
export function ProcessorField({ title, row, parameters, known, onChange, onRemove }: ProcessorFieldProps) {
  const [name, param, processor] = [useId(), useId(), useId()]
  const found = known?.find((each) => each.name === row.processor)
  const properties = propertiesOf(found?.config_schema)
  return (
    <fieldset className="stack" aria-labelledby={name}>
      <legend id={name}>
        {title}: {row.processor}
      </legend>
      <div className="row">
        <label htmlFor={processor}>Processor</label>
        <select
          id={processor}
          value={row.processor}
          onChange={({ target }) => onChange({ ...row, processor: target.value })}
        >
          {!found && (
            <option value={row.processor}>
              {row.processor || 'none'} {known && '(not on this server)'}
            </option>
          )}
          {known?.map((each) => (
            <option key={each.name} value={each.name}>
              {each.name} {each.enabled ? '' : '(off)'}
            </option>
          ))}
        </select>
        <label htmlFor={param}>works on</label>
        <select
          id={param}
          value={row.param}
          onChange={({ target }) => onChange({ ...row, param: target.value })}
        >
          {!parameters.includes(row.param) && (
            <option value={row.param}>{row.param || 'nothing'} (in no prompt)</option>
          )}
          {parameters.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
        <button type="button" aria-label={`Take ${title} away`} onClick={onRemove}>
          ×
        </button>
      </div>
      <p className="quiet">
        {found?.description}
        {found?.enabled === false && ' It is off on this server: runs are refused until it is on.'}
      </p>
      <CodeEditor
        label={`Configuration of ${title}`}
        language="json"
        value={row.config}
        onChange={(config) => onChange({ ...row, config })}
      />
      {properties.length > 0 && (
        <dl>
          {properties.map(([member, words]) => (
            <div key={member} className="fact">
              <dt>
                <code>{member}</code>
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      )}
    </fieldset>
  )
}

/** The members of a configuration, and what its schema says of each. */
function propertiesOf(schema: InputProcessor['config_schema'] | undefined): (readonly [string, string])[] {
  const { properties } = schema ?? {}
  if (typeof properties !== 'object' || properties === null) return []
  return Object.entries(properties).map(([name, each]) => {
    const described = (each as { description?: unknown } | null)?.description
    return [name, typeof described === 'string' ? described : ''] as const
  })
}

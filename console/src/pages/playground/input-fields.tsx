import { useId } from 'react'
import type { Typed, Workbench } from './workbench.ts'

interface InputFieldsProps {
  /** The parameters of all columns. */
  readonly parameters: readonly string[]
  readonly inputs: Workbench['inputs']
  readonly onChange: (inputs: Workbench['inputs']) => void
}

/** A field for each parameter of the prompts. */
export function InputFields({ parameters, inputs, onChange }: InputFieldsProps) {
  const beside = Object.keys(inputs).filter((name) => !parameters.includes(name))
  if (parameters.length + beside.length === 0) {
    return <p className="quiet">The prompts have no parameters. Write {'{name}'} in a draft to have one.</p>
  }
  return [...parameters, ...beside].map((name) => (
    <InputField
      key={name}
      name={name}
      isUsed={parameters.includes(name)}
      typed={inputs[name] ?? { text: '', isJson: false }}
      onChange={(typed) => {
        const { [name]: _, ...others } = inputs
        onChange(typed === null ? others : { ...inputs, [name]: typed })
      }}
    />
  ))
}

interface InputFieldProps {
  readonly name: string
  readonly isUsed: boolean
  readonly typed: Typed
  readonly onChange: (typed: Typed | null) => void
}

function InputField({ name, isUsed, typed, onChange }: InputFieldProps) {
  const field = useId()
  return (
    <div className="playground-input">
      <div className="row">
        <label htmlFor={field}>{name}</label>
        {!isUsed && <small className="quiet">in none of the prompts</small>}
        <label className="playground-json">
          <input
            type="checkbox"
            aria-label={`${name} is JSON`}
            checked={typed.isJson}
            onChange={({ target }) => onChange({ ...typed, isJson: target.checked })}
          />{' '}
          JSON
        </label>
        {!isUsed && (
          <button type="button" aria-label={`Leave ${name} out`} onClick={() => onChange(null)}>
            ×
          </button>
        )}
      </div>
      <textarea
        id={field}
        rows={Math.min(10, Math.max(2, typed.text.split('\n').length))}
        value={typed.text}
        onChange={({ target }) => onChange({ ...typed, text: target.value })}
      />
    </div>
  )
}

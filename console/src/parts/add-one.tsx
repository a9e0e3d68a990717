import { useState } from 'react'

interface AddOneProps {
  /** What is added, with its article: `a guard`. */
  readonly what: string
  readonly options: readonly { readonly id: string; readonly words: string }[]
  readonly onAdd: (id: string) => void
}

/** Adds one of some things. Not at once when one is chosen: with keys, one comes past others on the way. */
export function AddOne({ what, options, onAdd }: AddOneProps) {
  const [chosen, setChosen] = useState('')
  const [first] = options
  if (!first) return null
  const current = options.find(({ id }) => id === chosen) ?? first
  return (
    <div className="row">
      <select
        aria-label={`Which to add: ${what}`}
        value={current.id}
        onChange={({ target }) => setChosen(target.value)}
      >
        {options.map(({ id, words }) => (
          <option key={id} value={id}>
            {words}
          </option>
        ))}
      </select>
      <button type="button" onClick={() => onAdd(current.id)}>
        Add {what}
      </button>
    </div>
  )
}

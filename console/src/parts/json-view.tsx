import { type ReactNode, useState } from 'react'

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Most children that are shown at once. */
const STEP = 200

/** A value of JSON as a tree; what is inside something is made when that is opened. */
export function JsonView({ value, name, open = true }: { value: unknown; name?: string; open?: boolean }) {
  const label = name === undefined ? null : <span className="json-name">{name}: </span>
  if (!isBranch(value)) {
    return (
      <div className="json-leaf">
        {label}
        <span data-kind={typeof value}>{typeof value === 'string' ? value : JSON.stringify(value)}</span>
      </div>
    )
  }
  return <Branch value={value} label={label} open={open} />
}

function Branch({ value, label, open }: { value: object; label: ReactNode; open: boolean }) {
  const [isOpen, setOpen] = useState(open)
  const [most, setMost] = useState(STEP)
  const children = Object.entries(value)
  const shape = Array.isArray(value) ? `[${children.length}]` : `{${children.length}}`
  return (
    <details
      className="json-branch"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        {label}
        {shape}
      </summary>
      {isOpen &&
        children
          .slice(0, most)
          .map(([key, child]) => <JsonView key={key} name={key} value={child} open={children.length < 20} />)}
      {isOpen && children.length > most && (
        <button type="button" onClick={() => setMost(most + STEP)}>
          {children.length - most} more
        </button>
      )}
    </details>
  )
}

import { type ReactNode, useState } from 'react'

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null

/** A text of more characters is scrolled by itself: what stands below it is to be found. */
const LONG = 3000
/** Most children that are shown at once. */
const STEP = 200
/** Deeper, and where there are more beside each other, what is inside is made when it is opened. */
const OPEN_DEPTH = 4
const OPEN_CHILDREN = 20

interface JsonViewProps {
  readonly value: unknown
  readonly name?: string
  readonly open?: boolean
  readonly depth?: number
}

/** A value of JSON as a tree, however deep and large it is. */
export function JsonView({ value, name, open = true, depth = 0 }: JsonViewProps) {
  const label = name === undefined ? null : <span className="json-name">{name}: </span>
  if (!isBranch(value)) {
    return (
      <div className="json-leaf">
        {label}
        {typeof value === 'string' && value.length > LONG ? (
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a long text is scrolled by keys
            tabIndex={0}
          >
            {value}
          </pre>
        ) : (
          <span data-kind={typeof value}>{typeof value === 'string' ? value : JSON.stringify(value)}</span>
        )}
      </div>
    )
  }
  return <Branch value={value} label={label} open={open && depth < OPEN_DEPTH} depth={depth} />
}

interface BranchProps {
  readonly value: object
  readonly label: ReactNode
  readonly open: boolean
  readonly depth: number
}

function Branch({ value, label, open, depth }: BranchProps) {
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
          .map(([key, child]) => (
            <JsonView
              key={key}
              name={key}
              value={child}
              open={children.length < OPEN_CHILDREN}
              depth={depth + 1}
            />
          ))}
      {isOpen && children.length > most && (
        <button type="button" onClick={() => setMost(most + STEP)}>
          {children.length - most} more
        </button>
      )}
    </details>
  )
}

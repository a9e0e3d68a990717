import { type ReactNode, useId } from 'react'

interface FieldProps<T> {
  readonly label: string
  readonly value: T
  readonly onChange: (value: T) => void
}

interface LineProps extends FieldProps<string> {
  readonly placeholder?: string
}

/** A line of text under its label. */
export function Line({ label, value, onChange, placeholder }: LineProps) {
  const id = useId()
  return (
    <div className="stack">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    </div>
  )
}

/** Something that is or is not. */
export const Check = ({ label, value, onChange }: FieldProps<boolean>) => (
  <label className="row">
    <input type="checkbox" checked={value} onChange={({ target }) => onChange(target.checked)} />
    {label}
  </label>
)

/** What is shown under its label, and stays. */
export const Fixed = ({ label, value }: Omit<FieldProps<string>, 'onChange'>) => (
  <div className="stack">
    <span className="quiet">{label}</span>
    <span>{value}</span>
  </div>
)

/** One of some options, which are its children. */
export function Choice({
  label,
  value,
  onChange,
  children,
}: FieldProps<string> & { readonly children: ReactNode }) {
  const id = useId()
  return (
    <div className="stack">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {children}
      </select>
    </div>
  )
}

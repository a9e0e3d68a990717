import { type ComponentProps, useState } from 'react'

interface TypedNumberProps
  extends Omit<ComponentProps<'input'>, 'type' | 'value' | 'defaultValue' | 'onChange' | 'onBlur'> {
  /** As it is shown while nobody types. */
  readonly value: number
  /** Is told of each number that is typed; of 0 while there is none. */
  readonly onChange: (value: number) => void
}

/** A number that counts while it is typed. What is typed stays as it is until the field is left, however it is rounded. */
export function TypedNumber({ value, onChange, ...given }: TypedNumberProps) {
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <input
      {...given}
      type="number"
      step="any"
      value={typed ?? value}
      onChange={({ target }) => {
        setTyped(target.value)
        onChange(target.valueAsNumber || 0)
      }}
      onBlur={() => setTyped(null)}
    />
  )
}

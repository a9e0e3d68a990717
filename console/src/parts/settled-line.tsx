import { type ComponentProps, useLayoutEffect, useRef } from 'react'

interface SettledLineProps
  extends Omit<ComponentProps<'input'>, 'value' | 'defaultValue' | 'onInput' | 'onBlur' | 'onKeyDown'> {
  /** What counts now. It stands in the field, unless something else is being typed there. */
  readonly value: string
  /** Is told what is to count instead. */
  readonly onSettle: (value: string) => void
}

/** A line of text that counts when it is left, or at Enter. */
export function SettledLine({ value, onSettle, ...given }: SettledLineProps) {
  const field = useRef<HTMLInputElement>(null)
  const isTyping = useRef(false)
  useLayoutEffect(() => {
    if (field.current && !isTyping.current) field.current.value = value
  }, [value])
  function settle(text: string) {
    isTyping.current = false
    if (text.trim() !== value) onSettle(text.trim())
  }
  return (
    <input
      {...given}
      ref={field}
      defaultValue={value}
      onInput={() => {
        isTyping.current = true
      }}
      onBlur={({ target }) => settle(target.value)}
      onKeyDown={({ key, currentTarget }) => key === 'Enter' && settle(currentTarget.value)}
    />
  )
}

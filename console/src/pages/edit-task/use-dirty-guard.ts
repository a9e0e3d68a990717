import { useBlocker } from '@tanstack/react-router'
import { useRef } from 'react'

/** Asks before a page with changes is left. Returns what lets it be left, once they are saved. */
export function useDirtyGuard(isDirty: boolean): () => void {
  const free = useRef(false)
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty &&
      !free.current &&
      current.pathname !== next.pathname &&
      !window.confirm('Leave without saving what was changed?'),
    enableBeforeUnload: () => isDirty && !free.current,
  })
  return () => {
    free.current = true
  }
}

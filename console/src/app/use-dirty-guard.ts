import { useBlocker } from '@tanstack/react-router'
import { useEffectEvent, useLayoutEffect, useRef } from 'react'

/** Of the pages that are shown: each asks whether it may be left. */
const guards = new Set<() => boolean>()

/** Asks whether what is shown may go away, by what is no way to another page: another project, the end of the session. */
export const mayLeave = (): boolean => [...guards].every((ask) => ask())

/** Asks before a page with changes is left, or begun anew. Returns what lets it be left, once they are saved. */
export function useDirtyGuard(isDirty: boolean): () => void {
  const free = useRef(false)
  const allowLeave = () => {
    free.current = true
  }
  const ask = useEffectEvent(() => {
    if (!isDirty || free.current) return true
    free.current = window.confirm('Leave without saving what was changed?')
    return free.current
  })
  useLayoutEffect(() => {
    const guard = () => ask()
    guards.add(guard)
    return () => void guards.delete(guard)
  }, [])
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isDirty &&
      !free.current &&
      (current.pathname !== next.pathname ||
        JSON.stringify(current.search) !== JSON.stringify(next.search)) &&
      !window.confirm('Leave without saving what was changed?'),
    enableBeforeUnload: () => isDirty && !free.current,
  })
  return allowLeave
}

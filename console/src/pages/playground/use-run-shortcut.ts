import { useEffectEvent, useLayoutEffect } from 'react'

/** Ctrl-Enter runs, wherever one is on the page; an editor within it does not hear of the key. */
export function useRunShortcut(run: () => void): void {
  const onRun = useEffectEvent(run)
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
      if (document.querySelector('dialog[open]')) return
      event.preventDefault()
      event.stopPropagation()
      onRun()
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [])
}

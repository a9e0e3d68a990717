import { useNavigate } from '@tanstack/react-router'
import { useEffectEvent, useLayoutEffect } from 'react'
import { PAGES } from '../pages/registry.ts'

/** Whether keys are being typed into something. */
const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.shadowRoot !== null ||
    target.closest('input, textarea, select, dialog, [role=dialog]') !== null)

/** Rows of lists are links with this attribute: the keys go from one to the next, and Enter follows it. */
const ROWS = '[data-row]'

function moveToRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>(ROWS)]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}

/** The keys that work everywhere: Ctrl-K, j and k through the rows of a list, g and a letter for pages. */
export function useShortcuts({ openPalette }: { openPalette: () => void }): void {
  const navigate = useNavigate()
  const onKey = useEffectEvent((event: KeyboardEvent, afterG: boolean): boolean => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault()
      openPalette()
      return false
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return false
    const page = afterG ? PAGES.find(({ key }) => key === event.key) : undefined
    if (page) void navigate({ to: page.path })
    else if (event.key === 'j') moveToRow(1)
    else if (event.key === 'k') moveToRow(-1)
    return event.key === 'g' && !afterG
  })
  useLayoutEffect(() => {
    let afterG = false
    const listen = (event: KeyboardEvent) => {
      afterG = onKey(event, afterG)
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])
}

import { useEffect, useState } from 'react'

/** A canvas knows no variables: what the tokens are now, in the scheme that is shown. */
function readColours(): Readonly<Record<string, string>> {
  const probe = document.createElement('span')
  document.body.append(probe)
  const colours = ['part-1', 'part-2', 'part-3', 'quiet', 'line'].map((name) => {
    probe.style.color = `var(--${name})`
    return [name, getComputedStyle(probe).color]
  })
  probe.remove()
  return Object.fromEntries(colours)
}

/** The colours of a chart; others when the scheme changes. */
export function useChartColours(): Readonly<Record<string, string>> {
  const [colours, setColours] = useState(readColours)
  useEffect(() => {
    const read = () => setColours(readColours())
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', read)
    const chosen = new MutationObserver(read)
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    return () => {
      dark.removeEventListener('change', read)
      chosen.disconnect()
    }
  }, [])
  return colours
}

const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
const NAME = 'splitrun.theme'

/** The colours that were chosen on this machine. */
export const readTheme = (): Theme => THEMES.find((each) => each === localStorage.getItem(NAME)) ?? 'system'

/** Shows the page in the colours that were chosen. */
export function applyTheme(): void {
  document.documentElement.dataset['theme'] = readTheme()
}

/** Goes on to the next choice, and returns it. */
export function nextTheme(): Theme {
  const next = THEMES[(THEMES.indexOf(readTheme()) + 1) % THEMES.length] ?? 'system'
  localStorage.setItem(NAME, next)
  applyTheme()
  return next
}

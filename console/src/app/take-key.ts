const LINK = /^#key=(.+)$/

/** The key in an address that ends with `#key=...`, which is taken out of it and of the history; null without one. */
export function takeKey(): string | null {
  const key = LINK.exec(location.hash)?.[1]
  if (key === undefined) return null
  history.replaceState(null, '', location.pathname + location.search)
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** A link that signs in, opened in a tab that shows the console already, loads nothing by itself. */
export function takeLaterKeys(): void {
  addEventListener('hashchange', () => {
    if (LINK.test(location.hash)) location.reload()
  })
}

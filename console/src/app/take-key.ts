/** The key in an address that ends with `#key=...`, which is taken out of it and of the history; null without one. */
export function takeKey(): string | null {
  const key = /^#key=(.+)$/.exec(location.hash)?.[1]
  if (key === undefined) return null
  history.replaceState(null, '', location.pathname + location.search)
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

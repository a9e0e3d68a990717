const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })

/** `12,345`. */
export const count = (value: number): string => WHOLE.format(value)

/** Milliseconds, for a person: `340 ms`, `1.25 s`, `3.4 min`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${WHOLE.format(ms)} ms`
  return ms < 60_000 ? `${SHORT.format(ms / 1000)} s` : `${SHORT.format(ms / 60_000)} min`
}

/** Credits as they are, without zeros that say nothing. */
export const credits = (exact: string): string => exact.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** `12.3 %` of a share between 0 and 1. What is less than all is never shown as all. */
export const percent = (share: number): string =>
  share < 1 && share >= NEARLY_ALL ? `>${SHORT.format(99.9)} %` : `${SHORT.format(share * 100)} %`

/** From here on it would be rounded to 100 %. */
const NEARLY_ALL = 0.9995

const UNITS = ['kB', 'MB', 'GB'] as const

/** Bytes, for a person: `340 bytes`, `1.25 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${WHOLE.format(value)} bytes`
  const at = Math.min(UNITS.length, Math.floor(Math.log10(value) / 3))
  return `${SHORT.format(value / 1000 ** at)} ${UNITS[at - 1]}`
}

/** The end of an id: its begin is the time, which many share. */
export const shortId = (id: string): string => id.slice(-6)

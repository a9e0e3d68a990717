const WHOLE = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const SHORT = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })

/** `12,345`. */
export const count = (value: number): string => WHOLE.format(value)

/** Three digits, as they are shown: by them it is told which unit a figure has. */
const rounded = (value: number): number => Number(value.toPrecision(3))

const MINUTE_MS = 60_000
const HOUR_MIN = 60
const DAY_MIN = 24 * HOUR_MIN

/** Milliseconds, for a person: `340 ms`, `1.25 s`, `3.4 min`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1000) return `${WHOLE.format(ms)} ms`
  if (rounded(ms / 1000) < 60) return `${SHORT.format(ms / 1000)} s`
  if (rounded(ms / MINUTE_MS) < HOUR_MIN) return `${SHORT.format(Math.max(1, ms / MINUTE_MS))} min`
  const minutes = Math.round(ms / MINUTE_MS)
  if (minutes < DAY_MIN) return inTwo(minutes, HOUR_MIN, 'h', 'min')
  return inTwo(Math.round(minutes / HOUR_MIN), 24, 'd', 'h')
}

const inTwo = (whole: number, size: number, large: string, small: string): string =>
  [`${WHOLE.format(Math.floor(whole / size))} ${large}`, whole % size > 0 && `${whole % size} ${small}`]
    .filter(Boolean)
    .join(' ')

/** Credits as they are, without zeros that say nothing. */
export const credits = (exact: string): string => exact.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')

/** `12.3 %` of a share between 0 and 1. What is less than all is never shown as all. */
export const percent = (share: number): string =>
  share < 1 && share >= NEARLY_ALL ? `>${SHORT.format(99.9)} %` : `${SHORT.format(share * 100)} %`

/** From here on it would be rounded to 100 %. */
const NEARLY_ALL = 0.9995

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const

/** Bytes, for a person: `340 bytes`, `1.25 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${WHOLE.format(value)} ${value === 1 ? 'byte' : 'bytes'}`
  const at = Math.min(UNITS.length, Math.floor(Math.log10(rounded(value)) / 3))
  return `${SHORT.format(value / 1000 ** at)} ${UNITS[at - 1]}`
}

/** The end of an id: its begin is the time, which many share. */
export const shortId = (id: string): string => id.slice(-6)

import type { SaidLimits } from './limit-store.ts'

type Header = (name: string) => string | null

/** Of each rate, in the order of RATES: how servers name it. */
const NAMES: readonly (readonly string[])[] = [
  ['x-ratelimit-#-requests', 'anthropic-ratelimit-requests-#'],
  ['x-ratelimit-#-tokens', 'anthropic-ratelimit-tokens-#'],
  ['x-ratelimit-#-input-tokens', 'anthropic-ratelimit-input-tokens-#'],
  ['x-ratelimit-#-output-tokens', 'anthropic-ratelimit-output-tokens-#'],
]
/** A limit that is reset within so long is one of a minute; one that takes longer, of a day. */
const LONGEST_RESET_MS = 61_000

/** What the headers of an answer say of the limits per minute; null for nothing. */
export function readSaidLimits(header: Header): SaidLimits | null {
  const given = NAMES.map((names) => read(header, names, 'limit'))
  // A server that permits nothing would not answer: it does not count, and what it says is left is no news either.
  const limits = given.map((limit) => limit || null)
  const left = NAMES.map((names, at) => (given[at] === 0 ? null : read(header, names, 'remaining')))
  return [...left, ...limits].every((each) => each === null) ? null : { left, limits }
}

function read(header: Header, names: readonly string[], what: 'remaining' | 'limit'): number | null {
  for (const name of names) {
    const text = header(name.replace('#', what))
    if (text === null || !/^\s*\d{1,15}\s*$/.test(text)) continue
    if (isOfDay(header(name.replace('#', 'reset')))) continue
    return Number(text)
  }
  return null
}

/** Groq counts requests by the day in the same headers. */
function isOfDay(reset: string | null): boolean {
  if (reset === null) return false
  const hours = /(\d+(?:\.\d+)?)h/.exec(reset)?.[1]
  const minutes = /(\d+(?:\.\d+)?)m(?!s)/.exec(reset)?.[1]
  return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000 > LONGEST_RESET_MS
}

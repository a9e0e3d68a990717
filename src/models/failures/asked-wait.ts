import { fieldOf, textOf } from '../protocol/json-field.ts'
import type { ServerError } from './read-server-error.ts'

type Header = (name: string) => string | null

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }
const PART =
  /(\d+(?:\.\d+)?)\s*(milliseconds?|ms|days?|hours?|minutes?|mins?|seconds?|secs?|d|h|m|s)(?![a-z])/gi
/** `try again in 7m12.5s`, `retry after 20 seconds`, `wait 350ms`. */
const SENTENCE =
  /\b(?:try again|retry|wait|available|resets?)\b[a-z ]{0,30}?((?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|days?|hours?|minutes?|mins?|seconds?|secs?|d|h|m|s)(?![a-z])[\s,]*(?:and\s*)?)+)/i
const WHOLE_DURATION = /^(?:\d+(?:\.\d+)?\s*(?:ms|d|h|m|s)\s*)+$/i
const ISO_DURATION = /^PT(?:\d+(?:\.\d+)?[HMS])+$/
/** `try again at 2026-01-31T10:00:00Z` */
const UNTIL =
  /\b(?:again|retry|wait|available|resets?)\b[a-z ]{0,30}?(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))/i
const RFC_3339 = /^\d{4}-\d\d-\d\dT/
const HTTP_DATE = /^[A-Za-z]{3,9}, /
/** What is larger than this is no number of seconds but a time: since the epoch, in s or in ms. */
const EPOCH_SECONDS = 1e9
const EPOCH_MS = 1e12

/**
 * How long a server asks to wait, in ms; null when it does not. Never cut: whoever waits decides whether it has the time.
 * Read are, the most exact first: `retry-after-ms`; `retry-after` in seconds, as a duration or as a date; Google's
 * RetryInfo; sentences; `estimated_time` of a model that is loading; and, where `isRateLimit`, when the limits that are
 * used up are reset (`x-ratelimit-reset-*` and relatives, in seconds, as `6m0s`, as RFC 3339, as a time since the epoch).
 */
export function askedWait(
  header: Header,
  error: ServerError | null,
  isRateLimit: boolean,
  now: number,
): number | null {
  return (
    readNumber(header('retry-after-ms')) ??
    // A date is by the server's clock, which its response tells.
    readWait(header('retry-after') ?? header('x-retry-after'), readDate(header('date')) ?? now) ??
    (error && (retryInfo(error) ?? inWords(error.words, now) ?? estimatedTime(error))) ??
    (isRateLimit ? (resetOf(header, now) ?? resetOf(headersWithin(error), now)) : null)
  )
}

/** The headers of the model's own server, which a gateway repeats in its error. */
function headersWithin(error: ServerError | null): Header {
  const given = fieldOf(fieldOf(error?.error, 'metadata'), 'headers')
  const headers = typeof given === 'object' && given !== null ? Object.entries(given) : []
  const texts = new Map(headers.slice(0, 50).map(([name, value]) => [name.toLowerCase(), String(value)]))
  return (name) => texts.get(name) ?? null
}

/** A wait in any of its spellings, in ms; null when it is none. What lies in the past is 0. */
export function readWait(text: string | null, now: number): number | null {
  // Two servers on the way may each have said it.
  const given = (text?.split(/,(?! \d\d )/)[0] ?? '').trim()
  const number = readNumber(given)
  if (number !== null) {
    if (number >= EPOCH_MS) return Math.max(0, number - now)
    return number >= EPOCH_SECONDS ? Math.max(0, number * 1000 - now) : number * 1000
  }
  if (WHOLE_DURATION.test(given)) return readDuration(given)
  if (ISO_DURATION.test(given)) return readDuration(given.slice(2))
  const date = readDate(given)
  return date === null ? null : Math.max(0, date - now)
}

function readDate(text: string | null): number | null {
  if (text === null || !(RFC_3339.test(text) || HTTP_DATE.test(text))) return null
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : date
}

function readNumber(text: string | null): number | null {
  return text !== null && /^\s*\d{1,16}(\.\d+)?\s*$/.test(text) ? Number(text) : null
}

function readDuration(text: string): number {
  let ms = 0
  for (const [, amount, unit = 's'] of text.matchAll(PART)) {
    const name = unit.toLowerCase()
    const short = name.startsWith('ms') || name.startsWith('milli') ? 'ms' : name.charAt(0)
    ms += Number(amount) * (UNITS[short] ?? 1000)
  }
  return Math.ceil(ms)
}

function inWords(words: string, now: number): number | null {
  const found = SENTENCE.exec(words)?.[1]
  if (found) return readDuration(found)
  const until = UNTIL.exec(words)?.[1]
  return until ? readWait(until, now) : null
}

/** `details: [{"@type": ".../google.rpc.RetryInfo", "retryDelay": "32s"}]` */
function retryInfo({ error }: ServerError): number | null {
  const details = fieldOf(error, 'details')
  const listed = Array.isArray(details) ? details.slice(0, 20) : [details]
  for (const each of [error, ...listed, fieldOf(error, 'detail'), fieldOf(error, 'metadata')]) {
    const delay = textOf(each, 'retryDelay') ?? textOf(each, 'retry_after')
    if (delay !== null) return readWait(delay, 0)
    const ms = fieldOf(each, 'retry_after_ms')
    if (typeof ms === 'number' && ms >= 0 && ms < EPOCH_MS) return ms
    const seconds =
      fieldOf(each, 'retry_after') ??
      fieldOf(each, 'retry_after_seconds') ??
      fieldOf(fieldOf(each, 'retryDelay'), 'seconds')
    if (typeof seconds === 'number' && seconds >= 0 && seconds < EPOCH_SECONDS) return seconds * 1000
  }
  return null
}

function estimatedTime({ error }: ServerError): number | null {
  const seconds = fieldOf(error, 'estimated_time')
  return typeof seconds === 'number' && seconds >= 0 && seconds < EPOCH_SECONDS ? seconds * 1000 : null
}

/** Of each limit: the header with what is left of it, and the one with the time of its reset. */
const LIMITS: readonly (readonly [remaining: string, reset: string])[] = [
  ...['requests', 'tokens'].map(
    (what) => [`x-ratelimit-remaining-${what}`, `x-ratelimit-reset-${what}`] as const,
  ),
  ...['requests', 'tokens', 'input-tokens', 'output-tokens'].map(
    (what) => [`anthropic-ratelimit-${what}-remaining`, `anthropic-ratelimit-${what}-reset`] as const,
  ),
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['ratelimit-remaining', 'ratelimit-reset'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset-after'],
]

/** When all limits are reset that are used up: those that have something left are not why the call was refused. */
function resetOf(header: Header, now: number): number | null {
  let longest: number | null = null
  for (const [remaining, reset] of LIMITS) {
    const left = readNumber(header(remaining))
    const wait = left === null || left === 0 ? readWait(header(reset), now) : null
    if (wait !== null) longest = Math.max(longest ?? 0, wait)
  }
  return longest ?? resetOfDraft(header('ratelimit'))
}

/** The drafts of the IETF: `"default";r=0;t=12`, and before that `limit=10, remaining=0, reset=12`. */
function resetOfDraft(text: string | null): number | null {
  const left = /\b(?:r|remaining)=(\d+)/.exec(text ?? '')?.[1]
  const seconds = /\b(?:t|reset)=(\d{1,9})\b/.exec(text ?? '')?.[1]
  return seconds !== undefined && (left === undefined || Number(left) === 0) ? Number(seconds) * 1000 : null
}

import { fieldOf, textOf } from '../protocol/json-field.ts'

/** What a server says of a failure. Nothing in it is longer than a few hundred characters. */
export interface ServerError {
  /** A status that the error names itself: some come with a success, some with another status. */
  readonly status: number | null
  readonly code: string | null
  readonly type: string | null
  /** For a person; empty when there are none. */
  readonly words: string
  /** The object that says it, for what else may stand in it. */
  readonly error: unknown
  /** What the model had written when it broke the rules of its output, where the server tells. */
  readonly failedText: string | null
}

const LONGEST_WORDS = 600
const LONGEST_CODE = 100

/**
 * Reads the body of a failure, in the shapes that some twenty servers have for it: `{"error": {...}}`, `{"error": "..."}`,
 * `{"message": ...}`, `{"detail": ...}`, `{"errors": [...]}`, a list of any of them, and a text.
 */
export function readServerError(body: unknown): ServerError {
  const outer = Array.isArray(body) ? body[0] : body
  const error = errorOf(outer)
  const inner = fieldOf(error, 'innererror')
  const code =
    wordOf(inner, 'code') ?? wordOf(error, 'code') ?? wordOf(outer, 'code') ?? wordOf(error, 'reason')
  // Google's name for the status is what others call a code.
  const named = wordOf(error, 'status')
  const type = wordOf(error, 'type') ?? wordOf(outer, 'type')
  return {
    status:
      statusIn(fieldOf(error, 'status')) ??
      statusIn(fieldOf(error, 'code')) ??
      statusIn(fieldOf(outer, 'code')),
    code: code !== null && !/^\d{3}$/.test(code) ? code : (named ?? code),
    type,
    words: wordsOf(error, outer).replace(/\s+/g, ' ').trim().slice(0, LONGEST_WORDS),
    error,
    failedText: textOf(error, 'failed_generation') ?? textOf(outer, 'failed_generation'),
  }
}

function errorOf(body: unknown): unknown {
  const errors = fieldOf(body, 'errors')
  const found = fieldOf(body, 'error') ?? (Array.isArray(errors) ? errors[0] : errors)
  // A sentence beside it is the better one: `{"error": "Bad Request", "message": "..."}`.
  if (found === undefined || found === null || typeof found === 'boolean') return body
  return found
}

function wordsOf(error: unknown, outer: unknown): string {
  if (typeof error === 'string' && error !== '') {
    const more = textOf(outer, 'message')
    return more ? `${error}: ${more}` : error
  }
  const said =
    textOf(error, 'message') ?? textOf(error, 'msg') ?? textOf(error, 'error') ?? textOf(error, 'title')
  // What a gateway was told by the model's own server.
  const raw = fieldOf(fieldOf(error, 'metadata'), 'raw')
  const upstream = typeof raw === 'string' ? raw : raw === undefined ? '' : JSON.stringify(raw)
  if (said) return upstream ? `${said}: ${upstream}` : said
  const detail = fieldOf(error, 'detail')
  if (typeof detail === 'string') return detail
  const told = detail ?? error
  return typeof told === 'object' && told !== null ? JSON.stringify(told) : ''
}

function wordOf(value: unknown, name: string): string | null {
  const found = fieldOf(value, name)
  if (typeof found === 'string' && found !== '') return found.slice(0, LONGEST_CODE)
  return typeof found === 'number' && Number.isFinite(found) ? String(found) : null
}

function statusIn(value: unknown): number | null {
  const status = Number(typeof value === 'string' && /^\d{3}$/.test(value) ? value : value)
  return typeof value !== 'object' && Number.isInteger(status) && status >= 400 && status < 600
    ? status
    : null
}

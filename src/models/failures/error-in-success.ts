import { fieldOf, textOf } from '../protocol/json-field.ts'

/**
 * An error in a success: in place of the answer, beside it, or in its choice; null for none. An empty one says nothing.
 * @param body a whole response, or a chunk of a stream
 */
export function errorIn(body: unknown, choice: unknown): unknown {
  const error = saidError(fieldOf(body, 'error')) ?? saidError(fieldOf(choice, 'error'))
  if (error !== null) return error
  const errors = fieldOf(body, 'errors')
  if (Array.isArray(errors) && errors.length > 0) return errors[0]
  const base = fieldOf(body, 'base_resp')
  const code = fieldOf(base, 'status_code')
  if (typeof code === 'number' && code !== 0)
    return { code: String(code), message: textOf(base, 'status_msg') }
  // Without an answer, what else says that it failed.
  return Array.isArray(fieldOf(body, 'choices')) || !saysFailure(body) ? null : body
}

/** Of a chunk that only says something in words, and may be news of a queue or the like: the stream goes on to its end then. */
export function mayBeNews(error: unknown, chunk: unknown): boolean {
  if (error !== chunk) return false
  const named = ['code', 'status', 'status_code', 'statusCode', 'error_code'].map((name) =>
    fieldOf(chunk, name),
  )
  const isNamed = ['object', 'type', 'event', 'status'].some((name) => FAILED.test(textOf(chunk, name) ?? ''))
  return fieldOf(chunk, 'success') !== false && !isNamed && !named.some(isFailureCode)
}

const FAILED = /error|fail/i

/** A code that is none of success. */
function isFailureCode(code: unknown): boolean {
  const number = typeof code === 'string' && /^\d+$/.test(code) ? Number(code) : code
  return typeof number === 'number' && number !== 0 && (number < 200 || number > 299)
}

/** What an error says; null for none, or an empty one. */
function saidError(error: unknown): unknown {
  if (typeof error === 'string') return error === '' ? null : error
  return typeof error === 'object' && error !== null && Object.keys(error).length > 0 ? error : null
}

const saysFailure = (body: unknown): boolean =>
  fieldOf(body, 'object') === 'error' ||
  fieldOf(body, 'success') === false ||
  ['detail', 'message', 'msg'].some((name) => textOf(body, name))

import type { ReadyOptions } from '../client-options.ts'
import { SplitrunError } from '../error.ts'
import { after } from './abort.ts'
import { type Call, queryText, type Read } from './call.ts'
import { readRefusal } from './read-refusal.ts'

/**
 * Sends a call once, and reads its answer. Rejects with a SplitrunError, or with the reason of the caller's signal. What a
 * `read` leaves unread is no longer under the time limit or the signal.
 */
export async function attempt<T>(options: ReadyOptions, call: Call, read: Read<T>): Promise<T> {
  const { signal } = call
  signal?.throwIfAborted()
  // What cannot be sent at all is the caller's mistake, and none of the connection's.
  const init = requestOf(options, call)
  const controller = new AbortController()
  const stop = () => controller.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  const limit = (call.timeoutMs ?? options.timeoutMs) + (call.waitMs ?? 0)
  let late = false
  const timer = after(limit, () => {
    late = true
    controller.abort()
  })
  try {
    const url = options.api + call.path + queryText(call.query)
    const response = await options.fetch(url, { ...init, signal: controller.signal })
    if (!response.ok && response.status !== 304) throw await readRefusal(response)
    return await read(response)
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    if (cause instanceof SplitrunError) throw cause
    const facts = { retryable: true, cause }
    if (late) throw new SplitrunError('TIMED_OUT', `no answer within ${limit} ms`, facts)
    throw new SplitrunError('CONNECTION_FAILED', `${options.api} cannot be reached: ${cause}`, facts)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
  }
}

/** @throws {TypeError} for headers that HTTP does not allow, and for a body that is no JSON */
function requestOf(options: ReadyOptions, { method, headers, body }: Call): RequestInit {
  const all = new Headers({ accept: 'application/json' })
  const isForm = body instanceof FormData || body instanceof URLSearchParams
  if (body !== undefined && !isForm) all.set('content-type', 'application/json')
  for (const [name, value] of Object.entries({ ...options.headers, ...headers })) all.set(name, value)
  return {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  }
}

/** The JSON of a response. */
export async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    const status = response.status
    throw new SplitrunError('UNEXPECTED_RESPONSE', 'an answer that is no JSON', { status, cause })
  }
}

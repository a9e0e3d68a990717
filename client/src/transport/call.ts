import type { CallOptions } from '../client-options.ts'

/** One call of the API. */
export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Behind `/api/v1`; `P/` at its begin stands for the project. */
  readonly path: string
  /** Members that are undefined are left out. */
  readonly query?: object | undefined
  /** A form, or what is sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** True where doing it twice is doing it once, so that it may be sent again when nobody knows whether it arrived. */
  readonly repeatable?: boolean
  /** Milliseconds that the server was asked to wait. */
  readonly waitMs?: number
  /** Milliseconds for which a server that cannot be reached is tried again, instead of a number of times. */
  readonly patienceMs?: number
}

/** Makes what the caller wants of a response that is no refusal. */
export type Read<T> = (response: Response) => Promise<T>

/** Sends a call until it is answered, or should not be tried again. */
export type Send = <T>(call: Call, read: Read<T>) => Promise<T>

/** `?a=1&b=2`, or nothing. */
export function queryText(query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null)
  const text = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
  return text === '' ? '' : `?${text}`
}

/** One step of a path. @throws {TypeError} for what would lead somewhere else */
export function segment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new TypeError(`"${text}" is no id and no name`)
  return encodeURIComponent(text)
}

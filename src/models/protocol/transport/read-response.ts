import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Dispatcher } from 'undici'
import { ModelError } from '../../model.ts'
import { charsetDecoder, decodedBody, headerOf } from './decode-body.ts'
import { isJson } from './is-json.ts'
import { parseEventStream, readEventStream } from './read-event-stream.ts'

type Head = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>

const PLAIN_JSON = /^application\/json(?:; ?charset=utf-8)?$/i
const OPENING_BRACE = 0x7b

/**
 * Reads the response that nearly all are: a success that came whole, without a coding, and that says of itself and looks
 * like an object in JSON. Null for any other, which `readResponse` reads.
 * @throws {SyntaxError} when it is no JSON
 */
export function readPlainJson({ statusCode, headers, body }: Head & { readonly body: Buffer }): unknown {
  const type = headers['content-type']
  const isPlain =
    statusCode === 200 &&
    body[0] === OPENING_BRACE &&
    typeof type === 'string' &&
    PLAIN_JSON.test(type) &&
    !headers['content-encoding']
  return isPlain ? JSON.parse(body.toString()) : null
}

/** True for a success that is a stream of events without a coding. */
export function isPlainStream(response: Head): boolean {
  const { statusCode, headers } = response
  const isStream = /text\/event-stream/i.test(headerOf(response, 'content-type'))
  return statusCode >= 200 && statusCode < 300 && isStream && !headers['content-encoding']
}

/** The bytes of a success that is neither JSON nor a text; null for any other, which `readResponse` reads. */
export async function readBytes(response: Response, maxBytes: number): Promise<Buffer | null> {
  const type = headerOf(response, 'content-type')
  const succeeded = response.statusCode >= 200 && response.statusCode < 300
  if (!succeeded || /json|^text\//i.test(type)) return null
  const isPlain = !response.headers['content-encoding'] && Buffer.isBuffer(response.body)
  return isPlain ? (response.body as Buffer) : buffer(await decodedBody(asStream(response), maxBytes))
}

/** Its body is there already, or comes. */
export type Response = Head & { readonly body: Buffer | Readable }

/** A response as it is: the JSON of a success, or the text of anything else. */
export type ReadResponse = { readonly completion: unknown } | { readonly failure: string }

/**
 * Reads a response to its end, whatever its coding.
 * @param onText gets the text of the answer as it comes, where a stream was asked for; else null
 * @param maxBytes longest response without its coding; of a stream, the longest answer
 * @throws {ModelError} for what a retry would not make better: a web page, a coding that is not known
 * @throws {SyntaxError} when a success is no JSON
 */
export async function readResponse(
  response: Response,
  maxBytes: number,
  onText: ((delta: string) => void) | null,
): Promise<ReadResponse> {
  const succeeded = response.statusCode >= 200 && response.statusCode < 300
  const type = headerOf(response, 'content-type').toLowerCase()
  if (succeeded && onText && type.includes('text/event-stream')) {
    // Of its bytes the dispatcher reads no more than it may; what they become is bounded alike.
    const body = await decodedBody(asStream(response), maxBytes * STREAM_FACTOR)
    return { completion: await readEventStream(body, charsetDecoder(response), maxBytes, onText) }
  }
  const text = await readText(response, maxBytes)
  if (!succeeded) return { failure: text }
  // Gateways call JSON a stream where a stream was asked for: an error, or an answer that they had kept.
  const isNamed = type.includes('text/event-stream') && !isJson(text)
  if (isNamed || /^\s*(data|event|id|retry)?:/.test(text)) {
    return { completion: parseEventStream(text, maxBytes) }
  }
  if (type.includes('text/html') || /^\s*<(!doctype|html|head|body)/i.test(text)) {
    const message =
      'the model server sent a web page: does its base URL end as its API wants it, such as in /v1?'
    throw new ModelError('bad_answer', message, { retryable: false })
  }
  return { completion: JSON.parse(text) }
}

/** A chunk of a few characters travels in some 250 bytes. */
export const STREAM_FACTOR = 64

/** The text of a response, whatever its coding and charset. */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const type = headerOf(response, 'content-type').toLowerCase()
  const plain = !response.headers['content-encoding'] && (!type.includes('charset') || type.includes('utf-8'))
  if (plain && Buffer.isBuffer(response.body)) return withoutMark(response.body.toString())
  return charsetDecoder(response).decode(await buffer(await decodedBody(asStream(response), maxBytes)))
}

const asStream = ({ body, ...head }: Response) => ({
  ...head,
  body: Buffer.isBuffer(body) ? Readable.from([body]) : body,
})

/** A byte order mark is no part of a text. */
const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

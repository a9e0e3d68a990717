import { pipeline, type Readable, Transform } from 'node:stream'
import { TextDecoder } from 'node:util'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'
import { type Dispatcher, errors } from 'undici'
import { ModelError } from '../../model.ts'

type Headers = Pick<Dispatcher.ResponseData, 'headers'>
type Response = Headers & { readonly body: Readable }

/** More would only be sent to make work. */
const MOST_CODINGS = 3

const CODINGS: ReadonlyMap<string, (source: Readable) => Transform | Promise<Transform>> = new Map<
  string,
  (source: Readable) => Transform | Promise<Transform>
>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['br', () => createBrotliDecompress()],
  ['deflate', inflateFor],
  // A window of 8 MB is the largest that RFC 9659 allows.
  ['zstd', () => createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } })],
])

/** One header as a text; empty when it is absent. */
export function headerOf({ headers }: Headers, name: string): string {
  const value = headers[name] ?? ''
  return typeof value === 'string' ? value : value.join(',')
}

/**
 * The body without its content codings, which servers and proxies use without being asked.
 * @param maxBytes most that any coding may become: beyond it the stream fails with ResponseExceededMaxSizeError
 * @throws {ModelError} of kind `bad_answer`, not retryable, for a coding that is not known
 */
export async function decodedBody(response: Response, maxBytes: number): Promise<Readable> {
  const names = headerOf(response, 'content-encoding').toLowerCase().split(',')
  const codings = names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity')
  if (codings.length > MOST_CODINGS || codings.some((name) => !CODINGS.has(name))) {
    response.body.on('error', () => {}).destroy()
    const message = `the model server sent an answer with content-encoding ${codings.join(', ').slice(0, 100)}`
    throw new ModelError('bad_answer', message, { retryable: false })
  }
  let body: Readable = response.body
  for (const coding of codings.reverse()) {
    // A proxy may have decoded it, and left the header.
    if (isPlain(await firstChunk(body))) break
    const decoder = await CODINGS.get(coding)?.(body)
    // An error of any of them destroys the last, whose reader hears of it.
    if (decoder) body = pipeline(body, decoder, limitTo(maxBytes), () => {})
  }
  return body
}

/** Whether a body begins as JSON or as an event stream does, and as none of the codings. */
const isPlain = (first: Buffer | null): boolean =>
  first !== null && /^(\s*(\[\s*)?\{\s*["}]|(data|event|id): ?|: )/.test(first.toString('latin1', 0, 60))

function limitTo(maxBytes: number): Transform {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length
      if (size <= maxBytes) done(null, chunk)
      else done(new errors.ResponseExceededMaxSizeError(`more than ${maxBytes} bytes`))
    },
  })
}

/** `deflate` is zlib's format by the standard, and the bare one with some servers: the first byte tells. */
async function inflateFor(source: Readable): Promise<Transform> {
  const first = await firstChunk(source)
  return first && ((first[0] ?? 0) & 0x0f) !== 8 ? createInflateRaw() : createInflate()
}

function firstChunk(source: Readable): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      source.off('readable', look).off('end', end).off('error', fail)
    }
    const look = () => {
      const chunk = source.read() as Buffer | null
      if (chunk === null) return
      stop()
      source.unshift(chunk)
      resolve(chunk)
    }
    const end = () => {
      stop()
      resolve(null)
    }
    const fail = (error: Error) => {
      stop()
      reject(error)
    }
    source.on('readable', look).on('end', end).on('error', fail)
  })
}

/** The decoder of the body's charset: UTF-8 unless the server names another one that is known. A BOM is left out. */
export function charsetDecoder(response: Headers): TextDecoder {
  const name = /charset="?([\w.:-]+)/i.exec(headerOf(response, 'content-type'))?.[1] ?? 'utf-8'
  try {
    return new TextDecoder(name)
  } catch {
    return new TextDecoder()
  }
}

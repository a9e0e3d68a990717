import type { Readable } from 'node:stream'
import { ApiError } from '../../platform/errors.ts'
import { createReadingPlaces } from './reading-places.ts'
import type { S3Exchange, S3Response } from './s3-exchange.ts'
import { failureOf, isPassing, S3Failure } from './s3-failure.ts'
import type { S3Target } from './s3-target.ts'
import { type ListedObject, type ObjectPage, readObjectPage } from './s3-xml.ts'

type Headers = S3Response['headers']

/** The few operations that files need. Keys are without the prefix of all. Failures as of `S3Exchange`. */
export interface S3Client {
  /**
   * Returns false where it was to be made only if there is none (`if-none-match`), and there is one.
   * @param sha256 of the body, where it is known
   */
  put(key: string, body: Buffer, headers: Readonly<Record<string, string>>, sha256?: string): Promise<boolean>
  /** A whole object; null when there is none. */
  get(key: string): Promise<{ readonly data: Buffer; readonly headers: Headers } | null>
  /**
   * The same, as it comes: read it or destroy it.
   * @param reader who reads it, of whom only so many are streamed at a time
   * @throws {ApiError} TOO_MANY_REQUESTS
   */
  stream(key: string, reader: string): Promise<{ readonly body: Readable; readonly headers: Headers } | null>
  head(key: string): Promise<Headers | null>
  /** No error when there is none. */
  remove(key: string): Promise<void>
  /** Objects whose keys begin so. */
  list(prefix: string): AsyncIterable<ListedObject>
  /** The first of them; null when there is none. */
  first(prefix: string): Promise<ListedObject | null>
}

const FULL = 'too many callers read files at the same time, too slowly: see SPLITRUN_S3_CONNECTIONS'
/** Bytes of an object, and of a page of a list: more than any that is written here. */
const LARGEST = 500_000_000

export interface S3ClientOptions {
  readonly target: S3Target
  /** Objects of one page of a list. */
  readonly page: number
  /** How many objects are streamed at a time, how many of them to one reader, and how long others wait, in ms. */
  readonly connections: number
  readonly connectionsOfReader: number
  readonly timeoutMs: number
}

export function createS3Client(exchange: S3Exchange, options: S3ClientOptions): S3Client {
  const { target, page } = options
  const places = createReadingPlaces({
    ...{ most: options.connections, mostOfReader: options.connectionsOfReader },
    waitMs: options.timeoutMs,
  })
  const at = (key: string): string => target.prefix + key
  const ofPrefix = (each: ListedObject) => ({ ...each, key: each.key.slice(target.prefix.length) })

  async function listPage(prefix: string, next: string | null, most = page): Promise<ObjectPage> {
    const query = {
      ...{ 'list-type': '2', 'encoding-type': 'url', 'max-keys': String(most), prefix: at(prefix) },
      ...(next !== null && { 'continuation-token': next }),
    }
    const xml = await exchange.send({ method: 'GET', key: '', query }, [200], readWhole)
    return readObjectPage(xml.toString())
  }

  /** Null for an object that is not there. That its bucket is not is another matter. */
  async function absent(answer: S3Response): Promise<null> {
    const xml = (await readWhole(answer)).toString()
    const failure = failureOf(target, { status: 404, xml, date: null })
    if (failure.code === 'NoSuchBucket') throw failure
    return null
  }

  return {
    async put(key, body, headers, sha256) {
      const request = { method: 'PUT', key: at(key), headers, body, ...(sha256 && { sha256 }) } as const
      const statuses = [200, 201, 204, ...(headers['if-none-match'] ? [409, 412] : [])]
      return exchange.send(request, statuses, async (answer) => {
        await answer.body.dump()
        return answer.statusCode < 300
      })
    },
    get: (key) =>
      exchange.send({ method: 'GET', key: at(key) }, [200, 404], async (answer) =>
        answer.statusCode === 404
          ? absent(answer)
          : { data: await readWhole(answer), headers: answer.headers },
      ),
    async stream(key, reader) {
      const release = await places.take(reader)
      if (release === 'full') throw new S3Failure(FULL, null)
      if (release === 'own') throw tooManyAtOnce()
      let found: Awaited<ReturnType<S3Client['stream']>> = null
      try {
        found = await exchange.send(
          { method: 'GET', key: at(key), streamed: true },
          [200, 404],
          async (answer) =>
            answer.statusCode === 404 ? absent(answer) : { body: answer.body, headers: answer.headers },
        )
        return found
      } finally {
        if (found) found.body.once('close', release)
        else release()
      }
    },
    async head(key) {
      const known = [200, 301, 307, 400, 403, 404]
      const { status, headers } = await exchange.send(
        { method: 'HEAD', key: at(key) },
        known,
        async (answer) => {
          await answer.body.dump()
          return { status: answer.statusCode, headers: answer.headers }
        },
      )
      if (status === 200) return headers
      if (status === 404) return null
      // The answer to HEAD has no words: another request is told why.
      if (!isPassing(status)) await listPage('', null, 1)
      throw failureOf(target, { status, xml: '', date: null })
    },
    async remove(key) {
      await exchange.send({ method: 'DELETE', key: at(key) }, [200, 204, 404], ({ body }) => body.dump())
    },
    async *list(prefix) {
      for (let next: string | null = null; ; ) {
        const found: ObjectPage = await listPage(prefix, next)
        yield* found.objects.map(ofPrefix)
        if (found.next === null) return
        next = found.next
      }
    },
    async first(prefix) {
      const [found] = (await listPage(prefix, null, 1)).objects
      return found ? ofPrefix(found) : null
    },
  }
}

const tooManyAtOnce = (): ApiError =>
  new ApiError(
    'TOO_MANY_REQUESTS',
    'Callers of this project read as many files here as they may at once, too slowly; try again later.',
    { retry_after: 5, retryable: true },
  )

async function readWhole({ body }: S3Response): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of body) {
    parts.push(part as Buffer)
    length += (part as Buffer).length
    if (length > LARGEST) throw new S3Failure(`an answer of more than ${LARGEST} bytes`, null)
  }
  return Buffer.concat(parts)
}

import type { Logger } from '../../platform/logger.ts'
import { type FileStore, isFilePlace, isRunId, mediaTypeOf, nameOfPart, partOf } from '../file-store.ts'
import { fileDamaged, filesUnavailable } from '../files-unavailable.ts'
import type { S3Client } from './s3-client.ts'
import type { S3Exchange, S3Response } from './s3-exchange.ts'
import { S3Failure, unreachable } from './s3-failure.ts'
import type { S3Target } from './s3-target.ts'
import { sha256 } from './sha256.ts'
import { translate } from './translate.ts'
import { verifiedStream } from './verified-stream.ts'

export interface S3FileStoreDeps {
  readonly client: S3Client
  readonly exchange: S3Exchange
  readonly target: S3Target
  /** How often an object that comes damaged is read. */
  readonly attempts: number
  /** Seconds for which a link is good. */
  readonly linkLifetime: number
  readonly log: Logger
}

/** Where an object has the checksum of its bytes. Servers keep it and do not look at it. */
const CHECKSUM = 'x-amz-meta-sha256'

/** Files as objects, `<part>/<run>/<name>`. */
export function createS3FileStore(deps: S3FileStoreDeps): FileStore {
  const { client, exchange, target, attempts, log } = deps
  const keyOf = (run: string, name: string): string | null =>
    isFilePlace(run, name) ? `${partOf(run)}/${run}/${name}` : null

  /** What is damaged is said here, since of a stream nobody else may say it. */
  function damaged(key: string, why: string): Error {
    const error = fileDamaged(`${target.bucket}/${target.prefix}${key} ${why}`)
    log.error({ err: error }, 'a stored file is damaged')
    return error
  }

  function checksumOf(key: string, headers: S3Response['headers']): string {
    const found = headers[CHECKSUM]
    if (typeof found === 'string') return found
    throw damaged(key, 'has no checksum: it was put there by other means than `splitrun copy-files`')
  }

  async function* objects(part: number) {
    for await (const object of client.list(`${nameOfPart(part)}/`)) {
      const [, run = '', name = ''] = object.key.split('/')
      if (isRunId(run)) yield { ...object, run, name }
    }
  }

  return {
    async put(run, name, data) {
      const key = keyOf(run, name)
      if (!key) throw new Error('not a name of a stored file')
      const digest = await sha256(data)
      const headers = { 'content-type': mediaTypeOf(name), [CHECKSUM]: digest }
      await translate(() => client.put(key, data, headers, digest))
    },
    open: (run, name, reader, range = null) =>
      translate(async () => {
        const key = keyOf(run, name)
        const found = key && (await client.stream(key, reader))
        if (!found) return null
        const { body, headers } = found
        try {
          const size = sizeOf(headers)
          const stream = verifiedStream(body, {
            ...{ sha256: checksumOf(key, headers), size, range },
            damaged: () => damaged(key, 'did not come as it was put'),
            broken: (cause) => filesUnavailable(unreachable(target, cause)),
          })
          return { stream, size: range ? range.end - range.start + 1 : size }
        } catch (error) {
          // Destroyed, it says that it was aborted.
          body.on('error', () => {}).destroy()
          throw error
        }
      }),
    size: (run, name) =>
      translate(async () => {
        const key = keyOf(run, name)
        const headers = key && (await client.head(key))
        return headers ? sizeOf(headers) : null
      }),
    read: (run, name) =>
      translate(async () => {
        const key = keyOf(run, name)
        if (!key) return null
        for (let attempt = 1; ; attempt += 1) {
          const found = await client.get(key)
          if (!found) return null
          if (checksumOf(key, found.headers) === (await sha256(found.data))) return found.data
          // On the way, a byte may be changed once; what is stored damaged comes so each time.
          if (attempt >= attempts) throw damaged(key, 'does not come as it was put')
          log.warn({ key }, 'a file came damaged from object storage: it is read again')
        }
      }),
    removeRun: (run) =>
      translate(async () => {
        if (!isRunId(run)) return
        const keys: string[] = []
        for await (const { key } of client.list(`${partOf(run)}/${run}/`)) keys.push(key)
        await Promise.all(keys.map((key) => client.remove(key)))
      }),
    async *runs(part) {
      const latest = { run: '', modifiedMs: 0 }
      for await (const { run, modifiedMs } of failing(objects(part))) {
        // The objects of a run follow each other.
        if (latest.run !== run) {
          if (latest.run !== '') yield { ...latest }
          Object.assign(latest, { run, modifiedMs })
        }
        latest.modifiedMs = Math.max(latest.modifiedMs, modifiedMs)
      }
      if (latest.run !== '') yield latest
    },
    async *list(part) {
      for await (const { run, name, size } of failing(objects(part))) {
        if (isFilePlace(run, name)) yield { run, name, size }
      }
    },
    link: (run, name, { contentType, contentDisposition }) =>
      translate(async () => {
        const key = keyOf(run, name)
        if (!key) return null
        const shown = {
          'response-content-type': contentType,
          'response-content-disposition': contentDisposition,
        }
        return exchange.presign(target.prefix + key, deps.linkLifetime, shown)
      }),
  }
}

function sizeOf(headers: S3Response['headers']): number {
  const size = Number(headers['content-length'])
  if (Number.isSafeInteger(size)) return size
  throw new S3Failure('the storage does not say how large an object is', null)
}

async function* failing<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = await translate(() => iterator.next())
    if (done) return
    yield value
  }
}

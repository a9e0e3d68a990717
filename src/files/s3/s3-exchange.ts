import { setTimeout as pause } from 'node:timers/promises'
import { AwsV4Signer } from 'aws4fetch'
import { type Dispatcher, Pool } from 'undici'
import type { Logger } from '../../platform/logger.ts'
import { createOutageGuard } from './outage-guard.ts'
import { codeOf, failureOf, type Refusal, S3Away, S3Failure, unreachable } from './s3-failure.ts'
import { nameOfTarget, type S3Target, urlOf } from './s3-target.ts'
import { sha256 } from './sha256.ts'

export interface S3ExchangeOptions {
  readonly target: S3Target
  /** Of one request: until its answer begins, or is whole where it is read whole; and without a byte of one that is streamed. */
  readonly timeoutMs: number
  /** Requests for one thing, the first included. */
  readonly attempts: number
  /** Connections for whole objects, and as many for those that are streamed. */
  readonly connections: number
  readonly log: Logger
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'
  /** With the prefix of all; empty for the bucket. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Of the body, in hexadecimal; absent: it is found out. */
  readonly sha256?: string
  /** Whether somebody else reads its answer, as slowly as they like. */
  readonly streamed?: boolean
}

export type S3Response = Dispatcher.ResponseData

/** Signed requests to object storage. What it does not do is an S3Failure, or S3Away. */
export interface S3Exchange {
  /** @param read gets the answer if its status is one of `statuses`; it reads it, or takes it over */
  send<T>(
    request: S3Request,
    statuses: readonly number[],
    read: (answer: S3Response) => Promise<T>,
  ): Promise<T>
  /** A URL by which anybody may read an object for so many seconds; null without an endpoint for them. */
  presign(key: string, seconds: number, query: Readonly<Record<string, string>>): Promise<string | null>
  close(): Promise<void>
}

/** First pause before a request is repeated, in ms; doubled each time, with jitter. */
const PAUSE_MS = 100
/** Longest wait for a connection, in ms. */
const CONNECT_MS = 5000
/** A clock that differs by less is not why a request was refused, in ms. */
const LEAST_SKEW_MS = 60_000
/** Bytes of what is said of a refusal. */
const LONGEST_REFUSAL = 65_536

export function createS3Exchange(options: S3ExchangeOptions): S3Exchange {
  const { target, timeoutMs, attempts, log } = options
  const open = () =>
    new Pool(target.endpoint.origin, {
      connections: options.connections,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: Math.min(CONNECT_MS, timeoutMs) },
    })
  /** Slow readers of files keep their connections: they must not be in the way of all else. */
  const [whole, streamed] = [open(), open()]
  const guard = createOutageGuard({ attempts, name: nameOfTarget(target), log })
  const { accessKeyId, secretAccessKey, region, sessionToken } = target
  const credentials = {
    ...{ accessKeyId, secretAccessKey, region, service: 's3', cache: new Map<string, ArrayBuffer>() },
    ...(sessionToken !== null && { sessionToken }),
  }
  /** By how much the storage's clock is ahead of this machine's, in ms, once it has refused a request for that. */
  let ahead = 0
  const datetime = () => new Date(Date.now() + ahead).toISOString().replace(/[:-]|\.\d{3}/g, '')

  /** Follows the storage's clock where it refuses this machine's, and says so. */
  function correctClock(refusal: Refusal): boolean {
    const theirs = Date.parse(refusal.date ?? '')
    if (codeOf(refusal) !== 'RequestTimeTooSkewed' || Number.isNaN(theirs)) return false
    const corrected = theirs - Date.now()
    if (Math.abs(corrected - ahead) < LEAST_SKEW_MS) return false
    ahead = corrected
    const seconds = Math.round(ahead / 1000)
    log.warn({ seconds }, 'the clock of the object storage is so much ahead of this one: it is followed')
    return true
  }

  async function sendOnce<T>(
    request: S3Request,
    digest: string,
    statuses: readonly number[],
    read: (answer: S3Response) => Promise<T>,
  ): Promise<T> {
    const { method, body } = request
    const url = withQuery(urlOf(target, target.endpoint, request.key), request.query)
    const { headers } = await new AwsV4Signer({
      ...{ ...credentials, method, url: url.href, datetime: datetime() },
      headers: { ...request.headers, 'x-amz-content-sha256': digest },
    }).sign()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
    try {
      const answer = await (request.streamed ? streamed : whole).request({
        ...{ path: url.pathname + url.search, method, signal: late.signal },
        ...{ headers: Object.fromEntries(headers), ...(body && { body }) },
      })
      if (statuses.includes(answer.statusCode)) return await read(answer)
      const refusal = await readRefusal(answer)
      const failure = failureOf(target, refusal)
      throw correctClock(refusal) ? new ClockCorrected(failure.message, failure.code) : failure
    } catch (error) {
      throw error instanceof S3Failure || error instanceof S3Away ? error : unreachable(target, error)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async send(request, statuses, read) {
      const digest = request.sha256 ?? (await sha256(request.body ?? ''))
      return guard.run(async (most) => {
        for (let attempt = 1; ; attempt += 1) {
          try {
            return await sendOnce(request, digest, statuses, read)
          } catch (error) {
            // Of a clock that jumps with each request, no more is tried than of anything else.
            const again =
              error instanceof ClockCorrected ? attempt <= most : error instanceof S3Away && attempt < most
            if (!again) throw error
            await pause(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()))
          }
        }
      })
    },
    async presign(key, seconds, query) {
      if (target.publicEndpoint === null) return null
      const url = withQuery(urlOf(target, target.publicEndpoint, key), query)
      url.searchParams.set('X-Amz-Expires', String(seconds))
      const unsigned = { method: 'GET', url: url.href, datetime: datetime(), signQuery: true }
      return (await new AwsV4Signer({ ...credentials, ...unsigned }).sign()).url.href
    },
    async close() {
      await Promise.all([whole.destroy(), streamed.destroy()])
    },
  }
}

/** Refused for the time that it was signed with; signed again, it may pass. */
class ClockCorrected extends S3Failure {}

function withQuery(url: URL, query: Readonly<Record<string, string>> = {}): URL {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url
}

async function readRefusal({ statusCode: status, headers, body }: S3Response): Promise<Refusal> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of body) {
    parts.push(part as Buffer)
    length += (part as Buffer).length
    if (length > LONGEST_REFUSAL) break
  }
  const { date } = headers
  return { status, xml: Buffer.concat(parts).toString(), date: typeof date === 'string' ? date : null }
}

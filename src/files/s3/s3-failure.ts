import { isLocalFault } from '../../platform/local-fault.ts'
import { SharedStorageAway } from '../files-unavailable.ts'
import { nameOfTarget, type S3Target } from './s3-target.ts'
import { readS3Error } from './s3-xml.ts'

/** Why object storage did not do what it was asked for, in words for the log. */
export class S3Failure extends Error {
  override readonly name = 'S3Failure'
  /** The server's own code; null where it said none. */
  readonly code: string | null
  /** False where the server was not asked, by this process's or machine's own fault. */
  readonly wasAnswered: boolean

  constructor(
    message: string,
    code: string | null,
    options: { cause?: unknown; wasAnswered?: boolean } = {},
  ) {
    super(message, { cause: options.cause })
    this.code = code
    this.wasAnswered = options.wasAnswered ?? true
  }
}

/** It is away, overloaded or broken, for everybody: asking again may help. */
export class S3Away extends SharedStorageAway {
  override readonly name = 'S3Away'
  readonly code = null
}

/** Characters of what a server says that are kept. */
const LONGEST = 300

export interface Refusal {
  readonly status: number
  readonly xml: string
  /** The time by the server's own clock; null where it did not say. */
  readonly date: string | null
}

/** The code of a refusal; null where there is none, as for HEAD. */
export const codeOf = ({ xml }: Refusal): string | null => readS3Error(xml).code

/** True for what may be over when it is asked again. */
export const isPassing = (status: number): boolean =>
  status >= 500 ? status !== 501 && status !== 507 : status === 429 || status === 408

/** What a refusal means, and what is to be done about it. */
export function failureOf(target: S3Target, refusal: Refusal): S3Failure | S3Away {
  const { code, message, region } = readS3Error(refusal.xml)
  // What a proxy in between says is no XML, and is worth as much.
  const text = message ?? refusal.xml.trim().replaceAll(/\s+/g, ' ')
  const said = [refusal.status, code, text.slice(0, LONGEST)].filter((each) => each !== null && each !== '')
  const words = `${nameOfTarget(target)}: ${explain(target, refusal, code, region)} (${said.join(' ')})`
  return isPassing(refusal.status) && !isFull(refusal.status, code)
    ? new S3Away(words)
    : new S3Failure(words, code)
}

export function unreachable(target: S3Target, cause: unknown): S3Failure | S3Away {
  const { code, message } = cause as NodeJS.ErrnoException
  const inner = cause instanceof AggregateError ? (cause.errors[0] as Error | undefined)?.message : message
  const words = `${nameOfTarget(target)} cannot be reached: ${inner || code || 'no reason given'}`
  // Without descriptors or memory here, it is as near as ever for all others.
  return isLocalFault(cause)
    ? new S3Failure(words, null, { cause, wasAnswered: false })
    : new S3Away(words, { cause })
}

function explain(
  target: S3Target,
  { status, date }: Refusal,
  code: string | null,
  region: string | null,
): string {
  if (isFull(status, code)) return 'the storage, or what it allows here, is full'
  if (code === 'NoSuchBucket') return `there is no bucket ${target.bucket}: make it, or change SPLITRUN_FILES`
  if (code === 'InvalidAccessKeyId') return 'the access key is not known: see AWS_ACCESS_KEY_ID'
  if (code === 'SignatureDoesNotMatch') {
    return 'the keys do not fit: see AWS_SECRET_ACCESS_KEY, and whether a proxy between changes requests'
  }
  if (code === 'ExpiredToken' || code === 'InvalidToken' || code === 'TokenRefreshRequired') {
    return 'the session token is not good, or no longer: see AWS_SESSION_TOKEN'
  }
  if (code === 'RequestTimeTooSkewed') {
    return `the clock of this machine differs from that of the storage, which says ${date ?? 'no time'}`
  }
  if (region !== null || code === 'AuthorizationHeaderMalformed' || code === 'PermanentRedirect') {
    return `the region is not ${target.region}${region === null ? '' : ` but ${region}`}: set SPLITRUN_S3_REGION`
  }
  if (status >= 300 && status < 400)
    return 'the bucket is elsewhere: see SPLITRUN_S3_ENDPOINT and SPLITRUN_S3_REGION'
  if (status === 401 || status === 403) {
    return 'the keys may not do this: they need to list the bucket, and to read, write and delete objects'
  }
  return isPassing(status) ? 'it cannot do it now' : 'it refused'
}

const FULL = new Set([
  ...['XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded', 'QuotaExceeded', 'InsufficientStorage'],
  ...['QuotaExceededException', 'StorageQuotaExceeded', 'TooManyObjects'],
])

const isFull = (status: number, code: string | null): boolean =>
  status === 507 || status === 413 || (code !== null && FULL.has(code))

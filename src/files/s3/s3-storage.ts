import type { FileStorage } from '../file-storage.ts'
import { createS3Client } from './s3-client.ts'
import { createS3Exchange, type S3ExchangeOptions } from './s3-exchange.ts'
import { createS3FileStore } from './s3-file-store.ts'
import { createS3Marker } from './s3-marker.ts'
import { nameOfTarget } from './s3-target.ts'
import { translate } from './translate.ts'

export interface S3StorageOptions extends S3ExchangeOptions {
  /** Of the connections for objects that are streamed: most for one reader. */
  readonly connectionsOfReader: number
  /** Objects of one page of a list. */
  readonly page: number
  /** Seconds for which a link to a file is good. */
  readonly linkLifetime: number
}

/** A bucket is not unmounted, and each look at it costs a request. */
const TRUST_MS = 10_000
/** One for all processes: of one that dies between, nothing is left for long. */
const PROBE = 'probe'
const SAMPLE = Buffer.from('this object may be removed')

/** Files as objects in a bucket that is spoken to by the S3 protocol. */
export function openS3Storage(options: S3StorageOptions): FileStorage {
  const { target } = options
  const exchange = createS3Exchange(options)
  const client = createS3Client(exchange, options)
  return {
    files: createS3FileStore({ ...options, client, exchange }),
    marker: createS3Marker(client),
    name: nameOfTarget(target),
    trustMs: TRUST_MS,
    probe: () =>
      translate(async () => {
        await client.put(PROBE, SAMPLE, {})
        await client.remove(PROBE)
      }),
    close: () => exchange.close(),
  }
}

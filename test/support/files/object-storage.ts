import { randomBytes } from 'node:crypto'
import { createS3Client, type S3Client } from '../../../src/files/s3/s3-client.ts'
import { createS3Exchange } from '../../../src/files/s3/s3-exchange.ts'
import { openS3Storage, type S3StorageOptions } from '../../../src/files/s3/s3-storage.ts'
import type { S3Target } from '../../../src/files/s3/s3-target.ts'
import type { Logger } from '../../../src/platform/logger.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import type { Cleanup } from '../system.ts'

/** A server of object storage with one bucket, for a test. */
export interface ObjectStorage {
  readonly url: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** The bucket, under a prefix. */
export function targetOf(storage: ObjectStorage, prefix: string, changes: Partial<S3Target> = {}): S3Target {
  const { url, bucket, accessKeyId, secretAccessKey } = storage
  return {
    ...{ bucket, prefix, accessKeyId, secretAccessKey, sessionToken: null },
    ...{ endpoint: new URL(url), publicEndpoint: null, region: 'us-east-1', pathStyle: true },
    ...changes,
  }
}

/** Settings of a system whose files are in the bucket, under a prefix of its own. */
export function settingsOf(
  { url, bucket, accessKeyId, secretAccessKey }: ObjectStorage,
  prefix = newPrefix(),
): Record<string, string> {
  return {
    SPLITRUN_FILES: `s3://${bucket}/${prefix}`,
    SPLITRUN_S3_ENDPOINT: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  }
}

export const newPrefix = (): string => randomBytes(8).toString('hex')

const OPTIONS = {
  timeoutMs: 10_000,
  attempts: 3,
  connections: 8,
  connectionsOfReader: 8,
  page: 1000,
  linkLifetime: 60,
}

/** Files at a target, as a process opens them. */
export function openAt(t: Cleanup, target: S3Target, options: Partial<S3StorageOptions> = {}) {
  const storage = openS3Storage({ ...OPTIONS, log: silentLogger(), ...options, target })
  t.after(() => storage.close())
  return storage
}

/** Objects at a target, past all that files know of them. */
export function openObjects(t: Cleanup, target: S3Target, log: Logger = silentLogger()): S3Client {
  const exchange = createS3Exchange({ ...OPTIONS, target, log })
  t.after(() => exchange.close())
  return createS3Client(exchange, { ...OPTIONS, target })
}

/** Makes the bucket of a server that has none. */
export async function makeBucket(storage: ObjectStorage): Promise<void> {
  const target = targetOf(storage, '')
  const exchange = createS3Exchange({ ...OPTIONS, target, log: silentLogger() })
  try {
    await exchange.send({ method: 'PUT', key: '' }, [200], ({ body }) => body.dump())
  } finally {
    await exchange.close()
  }
}

import { resolve } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { openDiskStorage } from '../files/disk/disk-storage.ts'
import type { FileStorage } from '../files/file-storage.ts'
import { openS3Storage } from '../files/s3/s3-storage.ts'
import { readS3Url, type S3Target } from '../files/s3/s3-target.ts'
import type { Logger } from '../platform/logger.ts'

/** Where the settings say that files are. @throws {ConfigError} */
export function openFileStorage(config: Config, log: Logger): FileStorage {
  return openStorageAt(config.filesAt ?? resolve(config.dataDir, 'files'), config, log)
}

/**
 * Files at a place.
 * @param place `s3://bucket/prefix`, or the path of a folder
 * @throws {ConfigError}
 */
export function openStorageAt(place: string, config: Config, log: Logger): FileStorage {
  if (!place.startsWith('s3://')) return openDiskStorage(resolve(place), config.imageLimit)
  return openS3Storage({
    target: targetOf(place, config),
    timeoutMs: config.s3Timeout * 1000,
    attempts: config.s3Attempts,
    connections: config.s3Connections,
    connectionsOfReader: config.s3ProjectConnections ?? Math.ceil(config.s3Connections / 4),
    page: config.s3ListPage,
    linkLifetime: config.s3LinkLifetime,
    log,
  })
}

function targetOf(place: string, config: Config): S3Target {
  const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey, s3Region: region } = config
  if (accessKeyId === null || secretAccessKey === null) {
    throw new ConfigError(`Files at ${place} need AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.`)
  }
  return {
    ...urlParts(place),
    ...{ accessKeyId, secretAccessKey, region, sessionToken: config.awsSessionToken },
    endpoint: new URL(config.s3Endpoint ?? `https://s3.${region}.amazonaws.com`),
    publicEndpoint: config.s3PublicUrl === null ? null : new URL(config.s3PublicUrl),
    // Most servers of one's own have no names for buckets; the endpoints of Amazon's are all that need no setting.
    pathStyle: config.s3PathStyle ?? config.s3Endpoint !== null,
  }
}

function urlParts(place: string) {
  try {
    return readS3Url(place)
  } catch (cause) {
    throw new ConfigError(`${place}: ${(cause as Error).message}`, { cause })
  }
}

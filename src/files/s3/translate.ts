import { filesUnavailable } from '../files-unavailable.ts'
import { S3Away, S3Failure } from './s3-failure.ts'

/** Does something with object storage; what that does not do is FILES_UNAVAILABLE. */
export async function translate<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof S3Failure || error instanceof S3Away ? filesUnavailable(error) : error
  }
}

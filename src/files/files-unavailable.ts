import { ApiError } from '../platform/errors.ts'

/** Seconds: disks are not emptied, nor folders mounted, in less. */
const RETRY_AFTER = 30
/** Seconds: storage that other machines serve is back sooner. */
const RETRY_SHARED = 5

/** Storage that all processes share does not answer: the fault of none of them. */
export class SharedStorageAway extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
  }
}

/** FILES_UNAVAILABLE (503): what is in the way is for the log; callers are told to come back. */
export function filesUnavailable(cause: unknown, message = 'Files cannot be stored or read now.'): ApiError {
  const seconds = cause instanceof SharedStorageAway ? RETRY_SHARED : RETRY_AFTER
  return new ApiError('FILES_UNAVAILABLE', message, { retry_after: seconds, retryable: true }, cause)
}

/** True when files cannot be had here, and nowhere else either. */
export const isSharedStorageAway = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof SharedStorageAway

/** What can be made anew is, in place of a damaged one. */
export function nullIfDamaged(error: unknown): null {
  if (error instanceof ApiError && error.reason === 'FILE_DAMAGED') return null
  throw error
}

/** FILE_DAMAGED (500): a file is there, and is not what was stored. `why` is for the log. */
export function fileDamaged(why: string): ApiError {
  return new ApiError('FILE_DAMAGED', 'A stored file is damaged.', { retryable: false }, new Error(why))
}

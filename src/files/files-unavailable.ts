import { ApiError } from '../platform/errors.ts'

/** Seconds: disks are not emptied, nor folders mounted, in less. */
const RETRY_AFTER = 30

/** FILES_UNAVAILABLE (503): what is in the way is for the log; callers are told to come back. */
export function filesUnavailable(cause: unknown, message = 'Files cannot be stored or read now.'): ApiError {
  return new ApiError('FILES_UNAVAILABLE', message, { retry_after: RETRY_AFTER, retryable: true }, cause)
}

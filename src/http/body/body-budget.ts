import type { Response } from 'express'
import { ApiError } from '../../platform/errors.ts'

export type BodyBudget = ReturnType<typeof createBodyBudget>

/**
 * What the bodies of all requests together may take of this process's memory, in bytes. A body is held from its first
 * byte until its request has been answered, since a call that waits for its run still has its images.
 */
export function createBodyBudget(most: number) {
  let held = 0
  /**
   * Counts the bytes of one request as they arrive.
   * @throws {ApiError} TOO_MANY_REQUESTS for those that are too many; what came before stays counted. BODY_TOO_LARGE for one
   *   request that is by itself
   */
  return (response: Response): ((bytes: number) => void) => {
    let own = 0
    response.once('close', () => {
      held -= own
      own = 0
    })
    return (bytes) => {
      if (response.closed) return
      // It would be refused again, however long its caller waited.
      if (own + bytes > most) throw new ApiError('BODY_TOO_LARGE', `The body is larger than ${most} bytes.`)
      if (held + bytes > most) {
        throw new ApiError('TOO_MANY_REQUESTS', 'Too much is being uploaded; try again later.', {
          retry_after: 1,
          retryable: true,
        })
      }
      held += bytes
      own += bytes
    }
  }
}

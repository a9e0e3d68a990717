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
   * @throws {ApiError} TOO_MANY_REQUESTS for those that are too many; what came before stays counted
   */
  return (response: Response): ((bytes: number) => void) => {
    let own = 0
    response.once('close', () => {
      held -= own
      own = 0
    })
    return (bytes) => {
      if (response.closed) return
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

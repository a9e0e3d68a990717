import type { Response } from 'express'
import { ApiError } from '../platform/errors.ts'

/** Bytes. Smaller pages are sent at all times. */
const SMALL = 100_000

/**
 * What the large pages of all requests together may take of this process's memory, in bytes. A page is held until its
 * response has been sent, also to a client that reads slowly. One page is always admitted, whatever its size.
 */
export function createPageBudget(most: number) {
  let held = 0
  /** @throws {ApiError} TOO_MANY_REQUESTS when the page does not fit beside those that are held */
  return (response: Response, bytes: number): void => {
    if (response.closed || bytes <= SMALL) return
    if (held > 0 && held + bytes > most) {
      const message = 'Too many large pages are being read; try again later.'
      throw new ApiError('TOO_MANY_REQUESTS', message, { retry_after: 1, retryable: true })
    }
    held += bytes
    response.once('close', () => {
      held -= bytes
    })
  }
}

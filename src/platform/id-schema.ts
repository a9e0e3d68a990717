import { z } from 'zod'

/** An id in an answer. */
export const shownId = z.guid()

/**
 * An id that a caller, a file or a token names: any 8-4-4-4-12 hexadecimal digits, since ids that were made elsewhere
 * have no version and variant bits of RFC 9562. It is lower case from here on.
 */
export const givenId = z.guid('expected a UUID').toLowerCase()

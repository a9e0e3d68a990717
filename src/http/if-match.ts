import { z } from 'zod'

/** The request header that guards a change, and the response header that it goes by. */
export const ifMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({
      description: 'The `ETag` of the state that is to be changed, or `*`; another state is 412.',
      examples: ['"3-mk2f9x0a"'],
    }),
})
export const etag = z.object({
  ETag: z.string().meta({ description: 'Names this state of the task.', examples: ['"3-mk2f9x0a"'] }),
})

/**
 * Whether an `If-Match` header (RFC 9110, 13.1.1) asks for the state that a strong ETag names. Without the header every
 * state will do, as with `*`; a weak tag matches none.
 */
export function readIfMatch(header: string | undefined): (etag: string) => boolean {
  const tags = header?.split(',').map((tag) => tag.trim())
  return (etag) => !tags || tags.includes('*') || tags.includes(etag)
}

import type { z } from 'zod'

/** A value that is only read, all the way down. */
type ReadOnly<T> = T extends object ? { readonly [K in keyof T]: ReadOnly<T[K]> } : T

/**
 * What may be shown where this schema describes the answer. Whatever presents a thing has this for its return type,
 * so that the document and the answer cannot drift apart.
 */
export type Shown<S extends z.ZodType> = ReadOnly<z.input<S>>

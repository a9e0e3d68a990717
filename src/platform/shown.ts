import type { z } from 'zod'

/** A type whose members are readonly at all depths. */
type ReadOnly<T> = T extends object ? { readonly [K in keyof T]: ReadOnly<T[K]> } : T

/**
 * The type of a response that the schema describes. Every presenter has it as its return type, so that the OpenAPI
 * document and the responses cannot differ.
 */
export type Shown<S extends z.ZodType> = ReadOnly<z.input<S>>

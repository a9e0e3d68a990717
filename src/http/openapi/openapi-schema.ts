import type { CreateDocumentOptions } from 'zod-openapi'

type SchemaContext = Parameters<NonNullable<CreateDocumentOptions['override']>>[0]

/** Formats that say all that zod's pattern for them says. */
const FORMATS = ['uuid', 'date-time', 'date', 'uri']

/** Makes a schema plain to readers who know nothing of zod. `closed`: see describeApi. */
export function plainSchema({ jsonSchema, zodSchema, io }: SchemaContext, closed: boolean): void {
  const { def } = zodSchema._zod
  if (FORMATS.includes(jsonSchema.format ?? '')) delete jsonSchema.pattern
  // Unknown members of an answer are to be ignored; whoever is strict about what it takes says so in its own schema.
  if (io === 'output' && !closed && def.type === 'object' && !def.catchall)
    delete jsonSchema.additionalProperties
  // A word for true or false: in a query, that is what a boolean looks like.
  if (io === 'input' && def.type === 'pipe' && def.out._zod.def.type === 'boolean')
    jsonSchema.type = 'boolean'
}

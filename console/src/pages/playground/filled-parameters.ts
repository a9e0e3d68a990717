import type { Revision } from '@splitrun/client'

/** Parameters that a document of the run fills, which nobody has to type, and what it has to be called, if that is said. */
export function filledParameters({
  input_processors: entries,
}: Revision): ReadonlyMap<string, string | null> {
  const filled = (entries ?? []).flatMap((entry) => {
    const { input_processor, param_name, config } = (entry ?? {}) as Record<string, unknown>
    if (input_processor !== 'document_content_extractor' || typeof param_name !== 'string') return []
    const { filename } = (config ?? {}) as { filename?: unknown }
    return [[param_name, typeof filename === 'string' ? filename : null] as const]
  })
  return new Map(filled)
}

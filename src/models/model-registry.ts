import type { Model } from './model.ts'

export type ModelRegistry = ReturnType<typeof createModelRegistry>

/** The configured models; they do not change while the process runs. */
export function createModelRegistry(models: readonly Model[]) {
  const byName = new Map<string, Model>()
  // Where they collide, an id wins over a name, and a name over an alias: later entries overwrite earlier ones.
  for (const spelling of ['alias', 'name', 'id'] as const) {
    for (const model of models) byName.set(model[spelling].toLowerCase(), model)
  }
  return {
    /** By id, name or alias, whatever the case. */
    find: (reference: string): Model | null => byName.get(reference.toLowerCase()) ?? null,
    list: ({ includeRetired }: { includeRetired: boolean }): Model[] =>
      models.filter((model) => includeRetired || !model.retired),
  }
}

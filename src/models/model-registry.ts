import type { Model } from './model.ts'

export type ModelRegistry = ReturnType<typeof createModelRegistry>

/** The models that this installation knows: fixed when the process starts. */
export function createModelRegistry(models: readonly Model[]) {
  const byName = new Map<string, Model>()
  // Ids first, then names, then aliases: what is more exact wins where they collide.
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

import { type Adaptation, adapt } from './learned/adaptation.ts'
import type { Model } from './model.ts'

export type ModelRegistry = ReturnType<typeof createModelRegistry>

/** The configured models. They do not change while the process runs, but for what is learned of how to ask them. */
export function createModelRegistry(models: readonly Model[]) {
  const byName = new Map<string, Model>()
  // Where they collide, an id wins over a name, and a name over an alias: later entries overwrite earlier ones.
  for (const spelling of ['alias', 'name', 'id'] as const) {
    for (const model of models) byName.set(model[spelling].toLowerCase(), model)
  }
  let adaptations: ReadonlyMap<string, Adaptation> = new Map()
  let adapted: ReadonlyMap<string, Model> = new Map()
  // Nearly all references are spelt as the keys are, and lower case costs as much again as the look itself.
  const configured = (reference: string): Model | null =>
    byName.get(reference) ?? byName.get(reference.toLowerCase()) ?? null

  function adaptAll(found: ReadonlyMap<string, Adaptation>): void {
    adaptations = found
    adapted = new Map(
      models.flatMap((model) => {
        const known = found.get(model.id)
        return known ? [[model.id, adapt(model, known)] as const] : []
      }),
    )
  }

  return {
    /** By id, name or alias, whatever the case; as it is to be asked now. */
    find(reference: string): Model | null {
      const model = configured(reference)
      return model && (adapted.get(model.id) ?? model)
    },
    /** The same, as the configuration has it. */
    configured,
    list: ({ includeRetired }: { includeRetired: boolean }): Model[] =>
      models.filter((model) => includeRetired || !model.retired),
    /** What was learned of a model, by its id. */
    adaptation: (id: string): Adaptation | null => adaptations.get(id) ?? null,
    adapt: (id: string, adaptation: Adaptation): void => adaptAll(new Map(adaptations).set(id, adaptation)),
    /** Puts this in place of all that was learned before. */
    adaptAll,
  }
}

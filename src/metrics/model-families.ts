import type { ModelRegistry } from '../models/model-registry.ts'
import type { Retirement } from '../models/retirement/retirement-store.ts'
import { type Family, LabelledSums } from './family.ts'

/** When models end, as far as their servers say. */
export function modelFamilies(models: ModelRegistry, retirements: ReadonlyMap<string, Retirement>): Family[] {
  const ends = new LabelledSums(
    'splitrun_model_retires_timestamp_seconds',
    'When the server of a model shuts it down; only for models that it says it of.',
    'gauge',
  )
  const tasks = new LabelledSums(
    'splitrun_retiring_model_tasks',
    'Tasks whose active revisions or their fallbacks use such a model, as of the last daily look.',
    'gauge',
  )
  for (const [id, retirement] of retirements) {
    const model = models.configured(id)?.name
    if (!model) continue
    ends.add({ model }, Date.parse(retirement.retires) / 1000)
    tasks.add({ model }, retirement.tasks)
  }
  return [ends.family(), tasks.family()]
}

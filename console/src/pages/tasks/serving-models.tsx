import type { TaskRecord } from '@splitrun/client'
import { count } from '../../parts/figures.ts'
import { ModelName } from '../../parts/simulated.tsx'

/** More are counted, and not named. */
const MOST_NAMED = 3

/** The models of the revisions that have a task's traffic, each once; the one of the largest share stands first. */
export function modelsThatServe({ active_revisions: active, revisions }: TaskRecord): readonly string[] {
  const serving = active
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .flatMap(({ task_revision_id: id }) => revisions.find((revision) => revision.id === id) ?? [])
  return [...new Set(serving.map(({ llm_model_id: model }) => model))]
}

/** What answers a task's callers. */
export function ServingModels({ task }: { task: TaskRecord }) {
  const models = modelsThatServe(task)
  if (models.length === 0) return '—'
  const named = models.slice(0, MOST_NAMED)
  return (
    <>
      {models.length > 1 && `${count(models.length)} models: `}
      {named.map((model, at) => (
        <span key={model}>
          {at > 0 && ', '}
          <ModelName model={model} />
        </span>
      ))}
      {models.length > named.length && ', …'}
    </>
  )
}

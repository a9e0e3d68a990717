import type { ModelRegistry } from '../models/model-registry.ts'
import { MODEL_FIELDS } from './build-revision.ts'
import type { TaskStore } from './task-store.ts'

/** Tasks that are read between two looks at `signal`. */
const PAGE = 100

/** A task that a model's end would stop, or leave without its fallback. */
export interface ModelUse {
  readonly model: string
  readonly task: string
  readonly name: string
}

/** The tasks of a project whose active revisions use one of these models (by id), themselves or as their fallback. */
export async function tasksOfModels(
  { tasks, models }: { tasks: TaskStore; models: ModelRegistry },
  project: string,
  wanted: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<ModelUse[]> {
  const uses: ModelUse[] = []
  let cursor: string | null = null
  while (!signal?.aborted) {
    const ids = await tasks.ids(project, cursor, PAGE)
    for (const id of ids) {
      const task = await tasks.recent(project, id)
      const used = new Set<string>()
      for (const { task_revision_id, weight } of task?.active_revisions ?? []) {
        const revision = weight > 0 ? await tasks.revision(project, task_revision_id) : null
        for (const field of MODEL_FIELDS) {
          const model = revision?.[field] ? models.configured(revision[field]) : null
          if (model && wanted.has(model.id)) used.add(model.id)
        }
      }
      for (const model of used) uses.push({ model, task: id, name: task?.name ?? '' })
    }
    cursor = ids.at(-1) ?? null
    if (ids.length < PAGE) break
  }
  return uses
}

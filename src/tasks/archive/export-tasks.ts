import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError } from '../../platform/errors.ts'
import { MODEL_FIELDS } from '../build-revision.ts'
import { type ReadTaskDeps, readTasks } from '../read-task.ts'
import { TAG_KINDS, type Tag } from '../tags/tag.ts'
import type { Revision, WholeTask } from '../task.ts'
import type { ArchivedRevision, ArchivedTask, TaskArchive } from './task-archive.ts'

/** How many tasks are read at a time. */
const BATCH = 10

/**
 * The tasks of a project with their revisions, weights and tags; each task as it was at one moment. The same content
 * gives the same archive: everything is sorted by id, and the archive has no time of its export.
 * @param only ids of the tasks to export; null for all
 * @param room most characters of JSON of all tasks together
 * @throws {ApiError} EXPORT_TOO_LARGE; TASK_NOT_FOUND for one of `only`
 */
export async function exportTasks(
  deps: ReadTaskDeps & { models: ModelRegistry },
  project: string,
  only: readonly string[] | null,
  room: number,
): Promise<TaskArchive> {
  const tasks: ArchivedTask[] = []
  let left = room
  for await (const batch of batches(deps, project, only)) {
    for (const task of batch.map(archiveTask)) {
      left -= JSON.stringify(task).length
      if (left < 0) throw exportTooLarge(room)
      tasks.push(task)
    }
  }
  const [ofTasks, ofRevisions] = await Promise.all(TAG_KINDS.map((kind) => deps.tags.list(project, kind)))
  const known = new Set([...(ofTasks ?? []), ...(ofRevisions ?? [])].map(({ id }) => id))
  const used = new Set<string>()
  for (const entity of tasks.flatMap((task) => [task, ...task.revisions])) {
    // A tag may have been removed since the task was read.
    entity.tags = entity.tags.filter((tag) => known.has(tag))
    for (const tag of entity.tags) used.add(tag)
  }
  // An export of all tasks has also the unused tags; an export of some has only their tags, and the parents of those.
  const pick = (tags: Tag[] = []) => {
    const byTagId = new Map(tags.map((tag) => [tag.id, tag]))
    for (const id of [...used]) {
      for (let tag = byTagId.get(id); tag; tag = byTagId.get(tag.parent_id ?? '')) used.add(tag.id)
    }
    return tags.filter(({ id }) => !only || used.has(id)).sort(byId)
  }
  return {
    models: modelNames(tasks, deps.models),
    tags: { task: pick(ofTasks), task_revision: pick(ofRevisions) },
    tasks: tasks.sort(byId),
  }
}

/** The error for an export that is larger than what can be imported. */
export function exportTooLarge(most: number): ApiError {
  return new ApiError('EXPORT_TOO_LARGE', `More than ${most} bytes; export some tasks at a time.`)
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

async function* batches(
  deps: ReadTaskDeps,
  project: string,
  only: readonly string[] | null,
): AsyncGenerator<WholeTask[]> {
  if (only) {
    const wanted = [...new Set(only)]
    const found = await readTasks(deps, project, wanted)
    if (found.length < wanted.length) throw new ApiError('TASK_NOT_FOUND', 'There is no such task.')
    yield found
    return
  }
  let cursor: string | null = null
  while (true) {
    const ids = await deps.tasks.ids(project, cursor, BATCH)
    cursor = ids.at(-1) ?? null
    if (!cursor) return
    yield await readTasks(deps, project, ids)
  }
}

/**
 * A task as an archive has it. Copied field by field, so that a secret that is added to tasks later cannot get into it.
 */
export function archiveTask({ task, revisions, tags }: WholeTask): ArchivedTask {
  const tagsOf = (entity: string) => (tags.get(entity) ?? []).map((tag) => tag.id).sort()
  return {
    id: task.id,
    name: task.name,
    alias: task.alias,
    description: task.description,
    enabled: task.enabled,
    output_modality: task.output_modality,
    public: task.public,
    exposed_to_agents: task.exposed_to_agents,
    task_run_visibility: task.task_run_visibility,
    timeout: task.timeout,
    queue_timeout: task.queue_timeout,
    on_lost_attempt: task.on_lost_attempt,
    on_truncated: task.on_truncated,
    output_retries: task.output_retries,
    cache: task.cache,
    scores: task.scores,
    created: task.created,
    modified: task.modified,
    active_revisions: [...task.active_revisions],
    tags: tagsOf(task.id),
    revisions: revisions.map((revision) => archiveRevision(revision, tagsOf(revision.id))).sort(byId),
  }
}

function archiveRevision(revision: Revision, tags: string[]): ArchivedRevision {
  const { task_id: _, output_modality: __, input_params: ___, ...fields } = revision
  return {
    ...fields,
    input_processors: fields.input_processors && [...fields.input_processors],
    llm_config: fields.llm_config as ArchivedRevision['llm_config'],
    fallback_llm_config: fields.fallback_llm_config as ArchivedRevision['llm_config'],
    tags,
  }
}

function modelNames(tasks: readonly ArchivedTask[], models: ModelRegistry): TaskArchive['models'] {
  const revisions = tasks.flatMap((task) => task.revisions)
  const ids = new Set(revisions.flatMap((revision) => MODEL_FIELDS.map((field) => revision[field])))
  const named = [...ids].map((id) => ({ id: id ?? '', name: models.find(id ?? '')?.name ?? '' }))
  return named.filter(({ name }) => name !== '').sort(byId)
}

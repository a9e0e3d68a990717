import type { Tag } from './tags/tag.ts'
import { TAG_KINDS } from './tags/tag.ts'
import type { TagStore } from './tags/tag-store.ts'
import type { WholeTask } from './task.ts'
import type { TaskSnapshot, TaskStore } from './task-store.ts'

export interface ReadTaskDeps {
  readonly tasks: TaskStore
  readonly tags: TagStore
}

/** A task with its revisions and tags, or null when there is no such task. */
export async function readTask(deps: ReadTaskDeps, project: string, id: string): Promise<WholeTask | null> {
  const [whole] = await readTasks(deps, project, [id])
  return whole ?? null
}

/** The same for many tasks; those that do not exist are left out. */
export async function readTasks(
  { tasks, tags }: ReadTaskDeps,
  project: string,
  ids: readonly string[],
): Promise<WholeTask[]> {
  const snapshots = await Promise.all(ids.map((id) => tasks.snapshot(project, id)))
  const found = snapshots.filter((snapshot) => snapshot !== null)
  const tagged = found.some(({ tagging }) => tagging.length > 0)
  const known = tagged ? await Promise.all(TAG_KINDS.map((kind) => tags.list(project, kind))) : []
  const byId = new Map(known.flat().map((tag) => [tag.id, tag]))
  return found.map((snapshot) => ({ ...snapshot, tags: tagsByEntity(snapshot, byId) }))
}

function tagsByEntity({ tagging }: TaskSnapshot, byId: ReadonlyMap<string, Tag>): Map<string, Tag[]> {
  const tags = new Map<string, Tag[]>()
  for (const [entity, id] of tagging) {
    const tag = byId.get(id)
    // A tag may have been deleted since the task was read.
    if (tag) tags.set(entity, [...(tags.get(entity) ?? []), tag])
  }
  return tags
}

import { TAG_KINDS, type Tag, type TagKind } from '../tags/tag.ts'
import type { TagStore } from '../tags/tag-store.ts'
import { createTag, expectTag, type TagWrite } from './import-write.ts'
import type { Place, TaskArchive } from './task-archive.ts'

/** Plans the tags of a project: those to create, and those that exist already. Conflicts go to `report`. */
export async function planTags(
  { tags, tagsMax }: { tags: TagStore; tagsMax: number },
  { project, archived }: { project: string; archived: TaskArchive },
  report: (place: Place, msg: string) => void,
): Promise<TagWrite[]> {
  const [ofTasks = [], ofRevisions = []] = await Promise.all(
    TAG_KINDS.map((kind) => tags.list(project, kind)),
  )
  const known: Record<TagKind, readonly Tag[]> = { task: ofTasks, task_revision: ofRevisions }
  return TAG_KINDS.flatMap((kind) => {
    const byId = new Map(known[kind].map((tag) => [tag.id, tag]))
    const byName = new Map(known[kind].map((tag) => [tag.name, tag]))
    const ofOtherKind = new Set(known[kind === 'task' ? 'task_revision' : 'task'].map(({ id }) => id))
    const writes = archived.tags[kind].flatMap((tag, at): TagWrite[] => {
      const place = ['tags', kind, at]
      const same = byId.get(tag.id)
      if (same && same.name !== tag.name) {
        report([...place, 'id'], `the tag of this id is named "${same.name}" here`)
      } else if (same && same.parent_id !== tag.parent_id) {
        report([...place, 'parent_id'], 'the tag of this id is below another one here')
      } else if (ofOtherKind.has(tag.id)) {
        report([...place, 'id'], 'a tag of the other kind has this id here')
      } else if (!same && byName.has(tag.name)) {
        report([...place, 'name'], 'a tag of this name has another id here')
      } else return [same ? expectTag(kind, tag) : createTag(kind, tag)]
      return []
    })
    const made = writes.filter(({ create }) => create).length
    if (made > 0 && known[kind].length + made > tagsMax) {
      report(['tags', kind], `the project may have at most ${tagsMax}`)
    }
    return parentsFirst(writes)
  })
}

/** A tag is made after the one that it is below. A file holds no circles of them. */
function parentsFirst(writes: readonly TagWrite[]): TagWrite[] {
  const byId = new Map(writes.map((write) => [write.id, write]))
  const sorted = new Set<TagWrite>()
  for (const write of writes) {
    const way: TagWrite[] = []
    for (let at: TagWrite | undefined = write; at && !sorted.has(at); at = byId.get(at.parent)) way.push(at)
    for (const each of way.reverse()) sorted.add(each)
  }
  return [...sorted]
}

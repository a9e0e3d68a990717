import { sharedIsoTime } from '../../platform/clock.ts'
import { changeTraffic, type SplitTraffic } from '../split/split.ts'
import type { Tag, TagKind } from '../tags/tag.ts'
import type { Revision, Task, WholeTask } from '../task.ts'
import { pairOf } from '../task-layout.ts'
import type { ArchivedTask } from './task-archive.ts'

/** A tag on an entity, which is the task or one of its revisions; both by id. */
type Tagging = readonly [entity: string, tag: string]

/** A tag that the import creates, or that exists and must still exist when the import is written. */
export interface TagWrite {
  readonly kind: TagKind
  readonly id: string
  readonly name: string
  readonly create: boolean
  /** The tag that it is below, which is there or made before it; '' for none. */
  readonly parent: string
  readonly json: string
}

/** A task that the import creates or changes, with the state that the plan was made from. */
export interface TaskWrite {
  readonly id: string
  readonly name: string
  /** '' for none of its own. */
  readonly alias: string
  readonly json: string
  /** The version that the task must still have; '0': the task must not exist. */
  readonly version: string
  /** The tags that the task and its revisions must still have: the members of its key `tagging`, joined by spaces. */
  readonly tagging: string
  /** The change of its weights as JSON; '' for none. */
  readonly change: string
  /** Further changes, which are measured and not written: others write the task in several steps. */
  readonly more_changes?: readonly string[]
  readonly revisions: readonly { readonly id: string; readonly json: string }[]
  readonly tags_removed: readonly Tagging[]
  readonly tags_added: readonly Tagging[]
}

/** What an import writes into one project in one step, with the state that it was planned from: see import.lua. */
export interface ImportWrite {
  readonly tags: readonly TagWrite[]
  readonly tasks: readonly TaskWrite[]
}

/** True when there is nothing to write. */
export const isEmpty = ({ tags, tasks }: ImportWrite): boolean =>
  tasks.length === 0 && tags.every(({ create }) => !create)

/** Requires a tag that exists. */
export const expectTag = (kind: TagKind, { id, name }: Tag): TagWrite => ({
  ...{ kind, id, name, create: false, parent: '', json: '' },
})

export const createTag = (kind: TagKind, tag: Tag): TagWrite => ({
  ...{
    kind,
    id: tag.id,
    name: tag.name,
    create: true,
    parent: tag.parent_id ?? '',
    json: JSON.stringify(tag),
  },
})

/**
 * Creates a task, or changes the existing one (`before`), and adds the revisions `added`. The task and the revisions in
 * the file get the tags that they have in the file; other revisions keep theirs.
 */
export function saveTask(
  owner: { readonly org: string; readonly project: string; readonly by: string },
  wanted: ArchivedTask,
  added: readonly Revision[],
  before: WholeTask | null,
): TaskWrite {
  const { id, name } = wanted
  const entities = [wanted, ...wanted.revisions]
  const tagged = [...(before?.tags ?? [])].flatMap(([entity, tags]) =>
    tags.map((tag): Tagging => [entity, tag.id]),
  )
  const inFile = new Set(entities.map((entity) => entity.id))
  const now = sharedIsoTime()
  const cause = { by: owner.by, reason: 'imported' } as const
  const { traffic, change } = changeTraffic(before?.task ?? null, wanted.active_revisions, cause, now)
  return {
    id,
    name,
    alias: wanted.alias ?? '',
    json: JSON.stringify(taskOf(owner, wanted, before, traffic)),
    change: change ? JSON.stringify(change) : '',
    version: String(before?.version ?? 0),
    tagging: tagged
      .map((pair) => pairOf(...pair))
      .sort()
      .join(' '),
    revisions: added.map((revision) => ({ id: revision.id, json: JSON.stringify(revision) })),
    tags_removed: tagged.filter(([entity]) => inFile.has(entity)),
    tags_added: entities.flatMap((entity) =>
      [...new Set(entity.tags)].map((tag): Tagging => [entity.id, tag]),
    ),
  }
}

function taskOf(
  owner: { readonly org: string; readonly project: string },
  wanted: ArchivedTask,
  before: WholeTask | null,
  { active_revisions, split }: SplitTraffic,
): Task {
  const { revisions: _, tags: __, created, modified, active_revisions: ___, ...fields } = wanted
  return {
    ...fields,
    org_id: owner.org,
    project_id: owner.project,
    created: before?.task.created ?? created,
    modified: before ? sharedIsoTime() : modified,
    active_revisions,
    split,
    rollout: before?.task.rollout ?? null,
    shadow: before?.task.shadow ?? null,
  }
}

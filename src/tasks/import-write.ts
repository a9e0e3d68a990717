import type { Tag, TagKind } from './tag.ts'
import type { Revision, Task, WholeTask } from './task.ts'
import type { ArchivedTask } from './task-archive.ts'
import { pairOf } from './task-layout.ts'

/** An entity, which is the task or one of its revisions, and a tag. */
type Tagging = readonly [entity: string, tag: string]

/** A tag that the import makes, or that it found and relies on. */
interface TagWrite {
  readonly kind: TagKind
  readonly id: string
  readonly name: string
  readonly create: boolean
  readonly json: string
}

/** A task that the import creates or changes, and what it was planned on. */
interface TaskWrite {
  readonly id: string
  readonly name: string
  readonly json: string
  /** What it must still be; '0' where the task must not be there. */
  readonly version: string
  /** Which tags must still be on it and its revisions, as its key has them. */
  readonly tagging: string
  readonly revisions: readonly { readonly id: string; readonly json: string }[]
  readonly take_off: readonly Tagging[]
  readonly put_on: readonly Tagging[]
}

/** What an import writes into one project in one step, each thing with what it was planned on: see import.lua. */
export interface ImportWrite {
  readonly tags: readonly TagWrite[]
  readonly tasks: readonly TaskWrite[]
}

/** True when there is nothing to write. */
export const isEmpty = ({ tags, tasks }: ImportWrite): boolean =>
  tasks.length === 0 && tags.every(({ create }) => !create)

/** Gathers what an import writes into one project. */
export class ImportWriteBuilder implements ImportWrite {
  readonly tags: TagWrite[] = []
  readonly tasks: TaskWrite[] = []
  readonly #owner: { readonly org: string; readonly project: string }

  constructor(owner: { org: string; project: string }) {
    this.#owner = owner
  }

  /** A tag that is there already. */
  expectTag(kind: TagKind, { id, name }: Tag): void {
    this.tags.push({ kind, id, name, create: false, json: '' })
  }

  createTag(kind: TagKind, tag: Tag): void {
    this.tags.push({ kind, id: tag.id, name: tag.name, create: true, json: JSON.stringify(tag) })
  }

  /**
   * Creates a task, or changes the one that is there, with the revisions that are `added` to it. Tags are the file's on all
   * that the file holds of the task; other revisions keep theirs.
   */
  saveTask(wanted: ArchivedTask, added: readonly Revision[], before: WholeTask | null): void {
    const { id, name } = wanted
    const entities = [wanted, ...wanted.revisions]
    const tagged = [...(before?.tags ?? [])].flatMap(([entity, tags]) =>
      tags.map((tag): Tagging => [entity, tag.id]),
    )
    const inFile = new Set(entities.map((entity) => entity.id))
    this.tasks.push({
      id,
      name,
      json: JSON.stringify(this.#taskOf(wanted, before)),
      version: String(before?.version ?? 0),
      tagging: tagged
        .map((pair) => pairOf(...pair))
        .sort()
        .join(' '),
      revisions: added.map((revision) => ({ id: revision.id, json: JSON.stringify(revision) })),
      take_off: tagged.filter(([entity]) => inFile.has(entity)),
      put_on: entities.flatMap((entity) => entity.tags.map((tag): Tagging => [entity.id, tag])),
    })
  }

  #taskOf(wanted: ArchivedTask, before: WholeTask | null): Task {
    const { revisions: _, tags: __, created, modified, active_revisions, ...fields } = wanted
    return {
      ...fields,
      org_id: this.#owner.org,
      project_id: this.#owner.project,
      created: before?.task.created ?? created,
      modified: before ? new Date().toISOString() : modified,
      active_revisions,
    }
  }
}

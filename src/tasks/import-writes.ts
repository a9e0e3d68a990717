import type { Tag, TagKind } from './tag.ts'
import type { Revision, Task, WholeTask } from './task.ts'
import type { ArchivedTask } from './task-archive.ts'
import { pairOf, taskKeys } from './task-keys.ts'
import type { GuardedWrite } from './task-store.ts'

/**
 * Gathers what an import writes into one project, each thing with the guard that it was planned on. The commands are
 * those of save-task.lua, save-tag.lua and tag-entities.lua.
 */
export class ImportWrites implements GuardedWrite {
  readonly guards: string[][] = []
  readonly writes: string[][] = []
  readonly #owner: { readonly org: string; readonly project: string }
  readonly #keys: ReturnType<typeof taskKeys>

  constructor(owner: { org: string; project: string }) {
    this.#owner = owner
    this.#keys = taskKeys(owner.project)
  }

  /** A tag that is there already. */
  expectTag(kind: TagKind, { id, name }: Tag): void {
    this.guards.push(['HGET', this.#keys.tagNames(kind), name, id])
  }

  createTag(kind: TagKind, tag: Tag): void {
    const [tags, names] = [this.#keys.tags(kind), this.#keys.tagNames(kind)]
    this.guards.push(['HGET', tags, tag.id, ''], ['HGET', names, tag.name, ''])
    this.writes.push(['HSET', tags, tag.id, JSON.stringify(tag)], ['HSET', names, tag.name, tag.id])
  }

  /** Creates a task, or changes the one that is there, with the revisions that are `added` to it. */
  saveTask(wanted: ArchivedTask, added: readonly Revision[], before: WholeTask | null): void {
    const keys = this.#keys
    const { id, name } = wanted
    const task = this.#taskOf(wanted, before)
    const oldName = before?.task.name
    this.guards.push(['HGET', keys.task(id), 'version', before ? String(before.version) : ''])
    this.guards.push(['HGET', keys.names, name, oldName === name ? id : ''])
    if (oldName !== undefined && oldName !== name) this.writes.push(['HDEL', keys.names, oldName])
    this.writes.push(
      ['HSET', keys.names, name, id],
      ['ZADD', keys.tasks, '0', id],
      ['HSET', keys.task(id), 'task', JSON.stringify(task), 'name', name],
      ['HINCRBY', keys.task(id), 'version', '1'],
    )
    for (const revision of added) {
      this.guards.push(['EXISTS', keys.revision(revision.id), '0'])
      this.writes.push(
        ['SET', keys.revision(revision.id), JSON.stringify(revision)],
        ['ZADD', keys.revisions(id), '0', revision.id],
        ['HDEL', keys.gone, revision.id],
      )
    }
    this.#tag(wanted, before)
  }

  /** Tags are the file's on all that the file holds of the task; other revisions keep theirs. */
  #tag(wanted: ArchivedTask, before: WholeTask | null): void {
    const keys = this.#keys
    const tagging = keys.tagging(wanted.id)
    const bearers = [wanted, ...wanted.revisions]
    if (before) {
      const pairs = [...before.tags].flatMap(([entity, tags]) => tags.map((tag) => pairOf(entity, tag.id)))
      this.guards.push(['ZRANGE', tagging, '0', '-1', pairs.sort().join(' ')])
    }
    for (const { id, tags } of bearers) {
      for (const tag of before?.tags.get(id) ?? []) {
        this.writes.push(['ZREM', tagging, pairOf(id, tag.id)])
        this.writes.push(['ZREM', keys.bearers(tag.id), pairOf(wanted.id, id)])
      }
      for (const tag of tags) {
        this.writes.push(['ZADD', tagging, '0', pairOf(id, tag)])
        this.writes.push(['ZADD', keys.bearers(tag), '0', pairOf(wanted.id, id)])
      }
    }
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

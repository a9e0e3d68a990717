import { LRUCache } from 'lru-cache'
import { atMost } from '../../platform/at-most.ts'
import { cached, expiringAfter } from '../../platform/cached.ts'
import { sharedIsoTime } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { splitPair, taskKeys, taskScript } from '../task-layout.ts'
import { refuseFull, type TaskBounds, whenCounted } from '../task-sizes.ts'
import { readTag, type Tag, type TagKind } from './tag.ts'

const saveTag = taskScript('save-tag')
const deleteTag = taskScript('delete-tag')
const tagEntities = taskScript('tag-entities')

/** When a tag moves to another revision, the runs of every process follow within this time. */
const CACHE_MS = 1000

/** What can have a tag: a revision, with its task; or a task, then both ids are the same. */
export interface Taggable {
  readonly task: string
  readonly entity: string
}

/**
 * The outcome of tagging entities. `absent`: there is no such tag. `missing`: index of the first entity that does not
 * exist.
 */
export type Tagged = 'done' | 'absent' | { readonly missing: number }

export type TagStore = ReturnType<typeof createTagStore>

const newestFirst = (a: Tag, b: Tag): number => (a.id < b.id ? 1 : -1)

/** The only owner of tags, and of which task or revision has which. */
export function createTagStore(redis: Redis, options: { tagsMax: number } & TaskBounds) {
  const revisionsByTag = new LRUCache<string, { revision: string | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // When the entry is deleted during a fetch, the value is not cached, but callers that wait for it still get it.
    ignoreFetchAbort: true,
    async fetchMethod(key) {
      const [project, task, name] = [key.slice(0, 36), key.slice(37, 73), key.slice(74)]
      const keys = taskKeys(project)
      const tag = await redis.hget(keys.tagNames('task_revision'), name)
      if (!tag) return { revision: null }
      // '0' is the character after '/': the range has all pairs of this task, the newest first.
      const range = [`(${task}0`, `[${task}/`, 'BYLEX', 'REV', 'LIMIT', 0, 1] as const
      const [pair] = await redis.zrange(keys.taggedEntities(tag), ...range)
      return { revision: pair === undefined ? null : splitPair(pair)[1] }
    },
  })

  async function change(
    project: string,
    kind: TagKind,
    tag: string,
    how: 'add' | 'remove',
    entities: readonly Taggable[],
  ): Promise<Tagged> {
    const ids = entities.flatMap(({ task, entity }) => [task, entity])
    const args = [kind, tag, how, options.tasksBytesMax, ...ids]
    const { prefix } = taskKeys(project)
    const reply = await whenCounted(redis, project, () => tagEntities(redis, [prefix], args))
    revisionsByTag.clear()
    refuseFull(reply, options)
    return reply === 0 ? 'done' : reply === -1 ? 'absent' : { missing: Number(reply) - 1 }
  }

  return {
    /**
     * Creates a tag, with a parent or without. Returns `name` when another tag has the name, `many` when the project has as
     * many as it may, `parent` when there is no such parent.
     */
    async create(
      project: string,
      kind: TagKind,
      name: string,
      parent: string | null,
    ): Promise<Tag | 'name' | 'many' | 'parent'> {
      const now = sharedIsoTime()
      const tag: Tag = { id: newId(), name, parent_id: parent, created: now, modified: now }
      const args = [kind, tag.id, name, JSON.stringify(tag), options.tagsMax, parent ?? '']
      const outcome = await saveTag(redis, [taskKeys(project).prefix], args)
      return outcome === 'saved' ? tag : (outcome as 'name' | 'many' | 'parent')
    },

    /** Renames a tag; tasks and revisions keep it. */
    async rename(project: string, kind: TagKind, tag: Tag, name: string): Promise<Tag | 'name' | 'absent'> {
      const renamed: Tag = { ...tag, name, modified: sharedIsoTime() }
      const args = [kind, tag.id, name, JSON.stringify(renamed), '', tag.parent_id ?? '']
      const outcome = await saveTag(redis, [taskKeys(project).prefix], args)
      revisionsByTag.clear()
      return outcome === 'saved' ? renamed : (outcome as 'name' | 'absent')
    },

    async read(project: string, kind: TagKind, id: string): Promise<Tag | null> {
      const text = await redis.hget(taskKeys(project).tags(kind), id)
      return text ? readTag(text) : null
    },

    /** The tags of one kind, newest first, at most `tagsMax`. */
    async list(project: string, kind: TagKind): Promise<Tag[]> {
      const texts = await redis.hvals(taskKeys(project).tags(kind))
      return texts.map(readTag).sort(newestFirst)
    },

    /** Deletes a tag, and removes it from all tasks or revisions. False when there is no such tag. */
    async remove(project: string, kind: TagKind, id: string): Promise<boolean> {
      const reply = await deleteTag(redis, [taskKeys(project).prefix], [kind, id])
      revisionsByTag.clear()
      return reply === 1
    },

    /** Adds a tag to entities: to all of them, or to none. @throws {ApiError} TASK_STORAGE_FULL, TOO_MANY_REQUESTS */
    add: (project: string, kind: TagKind, tag: string, entities: readonly Taggable[]) =>
      change(project, kind, tag, 'add', entities),

    /** Removes a tag from entities, whether or not they have it: from all of them, or from none. */
    untag: (project: string, kind: TagKind, tag: string, entities: readonly Taggable[]) =>
      change(project, kind, tag, 'remove', entities),

    /** Ids of the entities with a tag, newest first within each task. */
    async taggedEntities(project: string, tag: string): Promise<string[]> {
      const pairs = await redis.zrange(taskKeys(project).taggedEntities(tag), '+', '-', 'BYLEX', 'REV')
      return pairs.map((pair) => splitPair(pair)[1])
    },

    /** Ids of the tasks with a tag, newest first, below the cursor. */
    async tasksWith(project: string, tag: string, cursor: string | null, limit: number): Promise<string[]> {
      const top = cursor ? `(${cursor}` : '+'
      const key = taskKeys(project).taggedEntities(tag)
      const pairs = await redis.zrange(key, top, '-', 'BYLEX', 'REV', 'LIMIT', 0, limit)
      return pairs.map((pair) => splitPair(pair)[0])
    },

    /** The newest revision of a task with the tag of this name; cached for a second, for the hot path of runs. */
    async revisionByTag(project: string, task: string, name: string): Promise<string | null> {
      return (await cached(revisionsByTag, `${project}/${task}/${name}`))?.revision ?? null
    },
  }
}

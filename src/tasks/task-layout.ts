import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { loadScript, type Script } from '../platform/redis/script.ts'

/**
 * The keys of a project's tasks, revisions and tags. All have the project's hash tag, so that a script may change several
 * of them in one step. Only `task-store.ts` with its parts, `tag-store.ts` and `task-names-store.ts` use
 * them.
 */
const TASK_LAYOUT = {
  /** Hash of `task` (JSON), `name`, `version`, and `alias` where it was given one. */
  task: 'task:<id>',
  /** Sorted set: ids of all tasks. All scores are 0, so they are sorted by id. */
  tasks: 'tasks',
  /** Hash: task name to id. */
  names: 'task-names',
  /** Hash: alias to task id, for tasks that were given one. */
  aliases: 'task-aliases',
  /** Sorted set: ids of a task's revisions, sorted by id. */
  revisions: 'task:<task>:revisions',
  revision: 'revision:<id>',
  /** List: the changes of a task's weights as JSON, newest first. */
  trafficHistory: 'task:<task>:traffic',
  /**
   * Hash: id to digest (SHA-1 of the JSON) of revisions that were deleted with their tasks. Runs and caches still have
   * these revisions, so an import may only bring back the same content under the same id.
   */
  deletedRevisions: 'deleted-revisions',
  /** Sorted set: their ids by the time of deletion; the oldest are forgotten. */
  deletions: 'revision-deletions',
  /**
   * Hash: task id to the bytes that are counted for the task: of its JSON, of its revisions and of its history of weights,
   * and some for each of them and for each tag. `all`: their sum. Every script that changes one changes both; but a task
   * of an earlier version is not in it until it is counted, and it expires after a day, so that all is counted anew: what
   * a process of an earlier version has written meanwhile is right again then.
   */
  taskSizes: 'task-sizes',
  /** Hashes for each kind of tags: id to JSON, and name to id. */
  tags: 'tags:<kind>',
  tagNames: 'tag-names:<kind>',
  /**
   * Sorted set: `task/entity` for all entities with a tag. The entity is one of the task's revisions, or the task
   * itself.
   */
  taggedEntities: 'tagged-entities:<tag>',
  /** Sorted set: `entity/tag` for all tags of a task and its revisions. */
  tagging: 'tagging:<task>',
} as const satisfies KeyLayout

const prefixOf = (project: string): string => `{p:${project}}:`

export const taskKeys = (project: string) => ({
  ...keysOf(TASK_LAYOUT, prefixOf(project)),
  /** The prefix of all these keys. Scripts get it, and build the keys from it. */
  prefix: prefixOf(project),
})

/** A script that changes tasks or tags of a project. Its key is the prefix of the project's keys. */
export function taskScript(name: string): Script {
  const file = (each: string): URL => new URL(`./scripts/${each}.lua`, import.meta.url)
  return loadScript(file(name), { layout: TASK_LAYOUT, prefix: 'KEYS[1]', shared: [file('shared')] })
}

/** A member of `taggedEntities` or `tagging`: two ids, separated by a slash. */
export const pairOf = (first: string, second: string): string => `${first}/${second}`
export const splitPair = (pair: string): [string, string] => [pair.slice(0, 36), pair.slice(37)]

import { type KeyLayout, keysOf } from '../platform/redis/key-layout.ts'
import { loadScript, type Script } from '../platform/redis/script.ts'

/**
 * The keys of a project's tasks, revisions and tags. All share the project's hash tag, so that a script may change
 * several of them in one step; `task-store.ts` and `tag-store.ts` own them together, and nobody else.
 */
const TASK_LAYOUT = {
  /** Hash of `task` (JSON), `name` and `version`. */
  task: 'task:<id>',
  /** Ids of all tasks; all scores are 0, so they sort by id. */
  tasks: 'tasks',
  /** Name to id. */
  names: 'task-names',
  /** Ids of a task's revisions, sorted as above. */
  revisions: 'task:<task>:revisions',
  revision: 'revision:<id>',
  /**
   * Ids to digests (SHA-1 of the JSON) of the revisions that were deleted with their tasks. Runs and caches still know
   * them, so an id that an import brings back must bring the same content.
   */
  deletedRevisions: 'deleted-revisions',
  /** Of a kind of tags: id to JSON, and name to id. */
  tags: 'tags:<kind>',
  tagNames: 'tag-names:<kind>',
  /** What a tag is on: `task/entity`, sorted. The entity is one of the task's revisions, or the task itself. */
  taggedEntities: 'tagged-entities:<tag>',
  /** The same the other way round, by task: `entity/tag`. */
  tagging: 'tagging:<task>',
} as const satisfies KeyLayout

const prefixOf = (project: string): string => `{p:${project}}:`

export const taskKeys = (project: string) => ({
  ...keysOf(TASK_LAYOUT, prefixOf(project)),
  /** What all of them begin with: scripts are given it, and make theirs of it. */
  prefix: prefixOf(project),
})

/** A script that changes tasks or tags of a project. Its key is the prefix of the project's keys. */
export function taskScript(name: string): Script {
  const file = (each: string): URL => new URL(`./scripts/${each}.lua`, import.meta.url)
  return loadScript(file(name), { layout: TASK_LAYOUT, prefix: 'KEYS[1]', shared: [file('shared')] })
}

/** A member of a set of tagged entities, or of a task's tagging: two ids. */
export const pairOf = (first: string, second: string): string => `${first}/${second}`
export const splitPair = (pair: string): [string, string] => [pair.slice(0, 36), pair.slice(37)]

/**
 * The keys of a project's tasks, revisions and tags. All share the project's hash tag, so that a script may change
 * several of them in one step; `task-store.ts` and `tag-store.ts` own them together, and nobody else.
 */
export const taskKeys = (project: string) => ({
  /** Hash of `task` (JSON), `name` and `version`. */
  task: (id: string) => `{p:${project}}:task:${id}`,
  /** Ids of all tasks; all scores are 0, so they sort by id. */
  tasks: `{p:${project}}:tasks`,
  /** Name to id. */
  names: `{p:${project}}:task-names`,
  /** Ids of a task's revisions, sorted as above. */
  revisions: (task: string) => `{p:${project}}:task:${task}:revisions`,
  revision: (id: string) => `{p:${project}}:revision:${id}`,
  /**
   * Ids to digests (SHA-1 of the JSON) of the revisions that went with their tasks. Runs and caches still know them, so
   * an id that an import brings back must bring the same content.
   */
  gone: `{p:${project}}:gone-revisions`,

  /** Id to JSON. */
  tags: (kind: string) => `{p:${project}}:tags:${kind}`,
  /** Name to id. */
  tagNames: (kind: string) => `{p:${project}}:tag-names:${kind}`,
  /** Who bears a tag: `task/entity`, sorted. The entity is one of the task's revisions, or the task itself. */
  bearers: (tag: string) => `{p:${project}}:bearers:${tag}`,
  /** The same the other way round, by task: `entity/tag`. */
  tagging: (task: string) => `{p:${project}}:tagging:${task}`,
})

/** A member of a set of bearers, or of a task's tagging: two ids. */
export const pairOf = (first: string, second: string): string => `${first}/${second}`
export const splitPair = (pair: string): [string, string] => [pair.slice(0, 36), pair.slice(37)]

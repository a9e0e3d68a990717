import { z } from 'zod'
import type { ValidationIssue } from '../../platform/errors.ts'
import { inPieces } from '../../platform/event-loop/in-pieces.ts'
import { givenId } from '../../platform/id-schema.ts'
import { TAG_KINDS, tagName } from '../tags/tag.ts'
import { readVisibility, type TaskLimits, taskFields } from '../task-fields.ts'
import { activeRevisionsSchema } from '../traffic.ts'

const time = z.iso.datetime()

/** The most models that a file may name. */
const MOST_MODELS = 10_000
/** The most tags that a project can be allowed to have, for its tasks and as many for revisions. */
const MOST_TAGS = 10_000

/** The tasks of a project as they stand in a file: with their revisions, weights and tags, and without any secret. */
export function taskArchiveSchema(limits: TaskLimits) {
  const fields = taskFields(limits)
  const tag = z.strictObject({
    id: givenId,
    name: tagName,
    parent_id: givenId.nullable().default(null),
    created: time,
    modified: time,
  })
  const tags = z.array(givenId).max(MOST_TAGS)
  const revision = z.strictObject({
    id: givenId,
    created: time,
    test: z.boolean(),
    annotation: fields.annotation.nullable(),
    system_prompt: fields.system_prompt,
    user_prompt: fields.user_prompt,
    llm_model_id: fields.llm_model_id,
    llm_config: fields.llm_config.nullable(),
    output_format: fields.output_format.nullable(),
    image_required: z.boolean(),
    file_input_mode: z.enum(['none', 'file']).optional(),
    optimise_images: z.boolean(),
    input_processors: fields.input_processors.nullable(),
    rag: fields.rag.nullable(),
    task_forwarder_id: fields.task_forwarder_id.nullable(),
    fallback_llm_model_id: fields.fallback_llm_model_id.nullable(),
    fallback_llm_config: fields.fallback_llm_config.nullable(),
    tags,
  })
  const task = z.strictObject({
    id: givenId,
    name: fields.name,
    alias: fields.alias.nullable().default(null),
    description: fields.description,
    enabled: z.boolean(),
    output_modality: fields.output_modality,
    public: z.boolean(),
    exposed_to_agents: z.boolean(),
    // Files of before these words were checked say `visible` where nothing was chosen.
    task_run_visibility: z.preprocess(
      (word) => (word === 'visible' ? readVisibility(word) : word),
      fields.task_run_visibility,
    ),
    timeout: fields.timeout.nullable(),
    queue_timeout: fields.queue_timeout.nullable(),
    on_lost_attempt: fields.on_lost_attempt,
    on_truncated: fields.on_truncated.default('fail'),
    output_retries: fields.output_retries.default(1),
    cache: fields.cache.default(0),
    scores: fields.scores.default({}).meta({ override: { default: {} } }),
    created: time,
    modified: time,
    active_revisions: activeRevisionsSchema(limits.weightsMax, { strict: true }),
    tags,
    revisions: z.array(revision).min(1),
  })
  const tagList = z.array(tag).max(MOST_TAGS)
  return z.strictObject({
    /**
     * Names of the models in the revisions, by id: in another installation, the model of this name may have another id.
     */
    models: z.array(z.strictObject({ id: z.string().max(200), name: z.string().max(200) })).max(MOST_MODELS),
    tags: z.strictObject({ task: tagList, task_revision: tagList }),
    tasks: z.array(task),
  })
}
export type TaskArchive = z.output<ReturnType<typeof taskArchiveSchema>>
export type ArchivedTask = TaskArchive['tasks'][number]
export type ArchivedRevision = ArchivedTask['revisions'][number]

/** The path to a value in a request or a file. */
export type Place = readonly (string | number)[]

/**
 * Checks what the schema cannot: names and ids that occur twice, and references to tags and revisions that are not in
 * the file.
 */
export async function checkTaskArchive(archive: TaskArchive, where: Place): Promise<ValidationIssue[]> {
  const issues: ValidationIssue[] = []
  const report = (place: Place, msg: string) =>
    issues.push({ loc: [...where, ...place], msg, type: 'value_error' })
  const once = (seen: Set<string>, value: string, place: Place) => {
    if (seen.has(value)) report(place, 'stands twice in the file')
    seen.add(value)
  }

  const tags = { ids: new Set<string>(), task: new Set<string>(), task_revision: new Set<string>() }
  for (const kind of TAG_KINDS) {
    const names = new Set<string>()
    for (const [at, tag] of archive.tags[kind].entries()) {
      once(tags.ids, tag.id, ['tags', kind, at, 'id'])
      once(names, tag.name, ['tags', kind, at, 'name'])
      tags[kind].add(tag.id)
    }
    for (const at of astrayOf(archive.tags[kind])) {
      report(['tags', kind, at, 'parent_id'], 'no tag of this kind in the file, or one that is below it')
    }
  }
  const [tasks, names, revisions] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const aliases = new Set<string>()
  await inPieces(archive.tasks, (task, at) => {
    const place = ['tasks', at]
    const known = new Map(task.revisions.map((revision) => [revision.id, revision]))
    // Tags are stored by the id of the task or the revision alone.
    if (known.has(task.id)) report([...place, 'id'], 'is the id of one of its revisions, too')
    once(tasks, task.id, [...place, 'id'])
    once(names, task.name, [...place, 'name'])
    if (task.alias !== null) once(aliases, task.alias, [...place, 'alias'])
    for (const [number, revision] of task.revisions.entries()) {
      once(revisions, revision.id, [...place, 'revisions', number, 'id'])
      const unknown = revision.tags.findIndex((tag) => !tags.task_revision.has(tag))
      if (unknown >= 0) report([...place, 'revisions', number, 'tags', unknown], 'no such tag in the file')
    }
    const unknown = task.tags.findIndex((tag) => !tags.task.has(tag))
    if (unknown >= 0) report([...place, 'tags', unknown], 'no such tag in the file')
    for (const [number, { task_revision_id }] of task.active_revisions.entries()) {
      const active = known.get(task_revision_id)
      const problem = !active
        ? 'no such revision of the task'
        : active.test
          ? 'a test cannot be active'
          : null
      if (problem) report([...place, 'active_revisions', number, 'task_revision_id'], problem)
    }
  })
  return issues
}

/** Which of these tags are below one that is not among them, or below themselves. */
function astrayOf(tags: readonly { id: string; parent_id: string | null }[]): number[] {
  const parents = new Map(tags.map(({ id, parent_id }) => [id, parent_id]))
  const isSound = new Map<string, boolean>()
  for (const { id } of tags) {
    const way = new Set<string>()
    let at: string | null | undefined = id
    while (at && !isSound.has(at) && !way.has(at)) {
      way.add(at)
      at = parents.get(at)
    }
    const sound = at === null || (at !== undefined && isSound.get(at) === true)
    for (const each of way) isSound.set(each, sound)
  }
  return tags.flatMap(({ id }, at) => (isSound.get(id) ? [] : [at]))
}

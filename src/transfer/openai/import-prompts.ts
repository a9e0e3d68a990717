import type { z } from 'zod'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { ApiError, ValidationError } from '../../platform/errors.ts'
import { toldIssues } from '../../platform/told-issues.ts'
import { createTask } from '../../tasks/create-task.ts'
import { tagName } from '../../tasks/tags/tag.ts'
import { type CreateTaskInput, createTaskSchema, updateTaskSchema } from '../../tasks/task-input.ts'
import { type UpdatedTask, updateTask } from '../../tasks/update-task.ts'
import { ADMIN } from '../../tenancy/caller.ts'
import type { Project } from '../../tenancy/tenant.ts'
import { checkPromptsRoom, type ImportPromptsDeps, type PromptStep } from './check-prompts-room.ts'
import { readSavedPrompts } from './saved-prompt.ts'
import { type PromptTask, taskOfPrompt } from './task-of-prompt.ts'

/** What became of one prompt of the file. */
export interface ImportedPrompt {
  readonly task_id: string
  readonly name: string
  /** What callers name in `prompt.id`. */
  readonly alias: string | null
  readonly outcome: 'created' | 'updated' | 'unchanged'
  readonly versions: readonly { readonly version: string | null; readonly revision: string }[]
  readonly left_out: readonly string[]
  readonly added: readonly string[]
}

/**
 * Makes a task of every prompt of a file as people have them saved from OpenAI; the versions of one id are revisions of one
 * task, and the last one has the traffic. The file is checked before anything is written; what was imported before a
 * failure stays, and is passed over with `replace`. A file that the project has no room for is refused as a whole.
 * @param options `model`: asked by every task instead of those in the file; `replace`: a prompt that is here already
 *   becomes a new revision of its task, otherwise it is a conflict
 * @throws {ValidationError} with the place in the file
 * @throws {ApiError} DUPLICATE_TASK_NAME, DUPLICATE_TASK_ALIAS, IMPORT_CONFLICT; see createTask, updateTask and
 *   checkPromptsRoom
 */
export async function importPrompts(
  deps: ImportPromptsDeps,
  project: Project,
  file: unknown,
  options: { model: string | null; replace: boolean },
): Promise<ImportedPrompt[]> {
  const prompts = readSavedPrompts(file).map((each) => taskOfPrompt(each, options.model))
  const schema = createTaskSchema(deps.limits)
  const checked = prompts.map((prompt) => ({ prompt, input: checkFields(schema, prompt, deps.models) }))
  const groups = Map.groupBy(checked, ({ prompt, input }) => prompt.alias ?? `${input.name} ${prompt.place}`)
  const all = [...groups.values()].map((group) =>
    group.sort((a, b) => Number(a.prompt.version ?? 0) - Number(b.prompt.version ?? 0)),
  )
  const planned = []
  const names = new Set<string>()
  for (const versions of all) {
    const known = await knownTask(deps, project.id, versions, options.replace)
    checkVersions(versions)
    if (known === null) await checkName(deps, project.id, versions, names)
    planned.push({ known, versions, steps: versions.map((version) => stepOf(deps, version)) })
  }
  await checkPromptsRoom(deps, { org: project.org_id, project: project.id, by: ADMIN.id }, planned)
  const done: ImportedPrompt[] = []
  for (const { known, versions } of planned) done.push(await importOne(deps, project, known, versions))
  return done
}

interface Version {
  readonly prompt: PromptTask
  readonly input: CreateTaskInput
}

/** The task that versions of a prompt are for already. @throws {ApiError} DUPLICATE_TASK_ALIAS */
async function knownTask(
  { taskNames }: ImportPromptsDeps,
  project: string,
  [first]: readonly Version[],
  replace: boolean,
): Promise<string | null> {
  const alias = first?.prompt.alias ?? null
  const known = alias === null ? null : await taskNames.idOf(project, alias)
  if (known && !replace) {
    throw new ApiError(
      'DUPLICATE_TASK_ALIAS',
      `The project has a task with the alias "${alias}" already; see --replace.`,
    )
  }
  return known
}

/** @throws {ValidationError} for a version that is there twice: callers who name it would get one of the two */
function checkVersions(versions: readonly Version[]): void {
  const seen = new Set<string>()
  for (const { prompt } of versions) {
    if (prompt.version === null) continue
    if (seen.has(prompt.version)) throw ValidationError.at([...prompt.place, 'version'], 'is there twice')
    seen.add(prompt.version)
  }
}

/**
 * Makes sure that a new task can have its name, before anything is written.
 * @param names those of other new tasks of the file; this one is added
 * @throws {ValidationError} @throws {ApiError} DUPLICATE_TASK_NAME
 */
async function checkName(
  { taskNames }: ImportPromptsDeps,
  project: string,
  [first]: readonly Version[],
  names: Set<string>,
): Promise<void> {
  if (!first) return
  const { name } = first.input
  if (names.has(name)) {
    throw ValidationError.at(
      [...first.prompt.place, 'name'],
      `another prompt becomes a task named "${name}", too`,
    )
  }
  names.add(name)
  if ((await taskNames.idOf(project, name)) === null) return
  throw new ApiError('DUPLICATE_TASK_NAME', `The project has a task named "${name}" already.`)
}

function stepOf(deps: ImportPromptsDeps, { input, prompt: { alias, version } }: Version): PromptStep {
  const tag = tagName.safeParse(version).data ?? null
  return { create: { ...input, alias }, change: changeOf(deps, input), tag }
}

async function importOne(
  deps: ImportPromptsDeps,
  { id: project, org_id: org }: Project,
  known: string | null,
  versions: readonly Version[],
): Promise<ImportedPrompt> {
  const [first] = versions as [Version, ...Version[]]
  const { alias } = first.prompt
  const made: { version: string | null; revision: string }[] = []
  const unnamed: string[] = []
  let task = known
  let changed = false
  for (const { prompt, input } of versions) {
    const saved: UpdatedTask = task
      ? await updateTask(deps, { project, task, by: ADMIN.id }, changeOf(deps, input))
      : { ...(await createTask(deps, { org, project, by: ADMIN.id }, { ...input, alias })), made: 'first' }
    changed ||= saved.made !== null
    task = saved.task.id
    const revision = saved.revisions[0]?.id ?? ''
    const number = String(saved.revisions.length)
    if (prompt.version !== null && prompt.version !== number) {
      const isTagged = await tagRevision(deps, project, { task, revision, name: prompt.version })
      if (!isTagged) unnamed.push([...prompt.place, 'version'].join('.'))
    }
    made.push({ version: prompt.version, revision })
  }
  return {
    ...{ task_id: task ?? '', name: first.input.name, alias },
    outcome: known ? (changed ? 'updated' : 'unchanged') : 'created',
    versions: made,
    left_out: [...versions.flatMap(({ prompt }) => prompt.leftOut), ...unnamed],
    added: versions.flatMap(({ prompt }) => prompt.added),
  }
}

/**
 * A version that is not the number of its revision is its tag, so that callers who name it get it.
 * @returns false for one that no tag can be named
 */
async function tagRevision(
  { tags }: ImportPromptsDeps,
  project: string,
  { task, revision, name }: { task: string; revision: string; name: string },
): Promise<boolean> {
  if (!tagName.safeParse(name).success) return false
  for (;;) {
    const known = (await tags.list(project, 'task_revision')).find((tag) => tag.name === name)
    const tag = known ?? (await tags.create(project, 'task_revision', name, null))
    // Others have made it meanwhile, or deleted it: then it is looked for again.
    if (tag === 'name') continue
    if (typeof tag === 'string')
      throw new ApiError('TOO_MANY_TAGS', 'The project has as many tags as it may.')
    const tagged = await tags.add(project, 'task_revision', tag.id, [{ task, entity: revision }])
    if (tagged !== 'absent') return true
  }
}

/** A further version: its prompts and what belongs to them, and all the traffic. */
function changeOf({ limits }: ImportPromptsDeps, { name: _, enabled: __, ...input }: CreateTaskInput) {
  return updateTaskSchema(limits).parse({ ...input, activate: true })
}

/** @throws {ValidationError} with the prompt's place */
function checkFields(
  schema: z.ZodType<CreateTaskInput>,
  { fields, place }: PromptTask,
  models: ModelRegistry,
): CreateTaskInput {
  const read = schema.safeParse(fields)
  if (!read.success) {
    throw new ValidationError(
      toldIssues(read.error.issues).map(({ path, message: msg }) => ({
        loc: [...place, ...path.map(String)],
        msg,
        type: '',
      })),
    )
  }
  if (!models.find(read.data.llm_model_id)) {
    const names = models.list({ includeRetired: false }).map(({ name }) => name)
    const msg = `there is no model ${read.data.llm_model_id} here; say by --model which one to ask: ${names.join(', ')}`
    throw ValidationError.at([...place, 'model'], msg)
  }
  return read.data
}

import { isDeepStrictEqual } from 'node:util'
import type { ModelRegistry } from '../models/model-registry.ts'
import { ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { checkRevision, digestOf, MODEL_FIELDS, toRevision } from './build-revision.ts'
import { archiveTask } from './export-tasks.ts'
import { type ImportWrite, ImportWriteBuilder } from './import-write.ts'
import { type ReadTaskDeps, readTasks } from './read-task.ts'
import { TAG_KINDS, type TagKind } from './tag.ts'
import type { Revision } from './task.ts'
import type { ArchivedTask, Place, TaskArchive } from './task-archive.ts'

export interface PlanImportDeps extends ReadTaskDeps {
  readonly models: ModelRegistry
  readonly revisionsMax: number
  readonly tagsMax: number
}

/** How many tasks, revisions and tags an import creates, changes, or leaves since they equal the file. */
export interface ImportCounts {
  readonly tasks: { created: number; updated: number; unchanged: number }
  readonly revisions: { created: number }
  readonly tags: { created: number; unchanged: number }
}

/** What an import would write, and the conflicts that prevent it. */
export interface ImportPlan {
  readonly conflicts: readonly ValidationIssue[]
  readonly write: ImportWrite
  readonly counts: ImportCounts
}

/**
 * Plans how to make the tasks of a project equal to those of an archive; writes nothing. A task that exists must equal
 * the file's, unless `replace` is true: then it gets the fields, weights and tags of the file, and the revisions that it
 * lacks. Revisions never change. No revision is removed, and no task that the file does not have.
 */
export async function planImport(
  deps: PlanImportDeps,
  owner: { org: string; project: string },
  archive: TaskArchive,
  replace: boolean,
  where: Place,
): Promise<ImportPlan> {
  const conflicts: ValidationIssue[] = []
  const report = (place: Place, msg: string) =>
    void conflicts.push({ loc: [...where, ...place], msg, type: 'conflict' })
  const write = new ImportWriteBuilder(owner)
  const counts = {
    tasks: { created: 0, updated: 0, unchanged: 0 },
    revisions: { created: 0 },
    tags: { created: 0, unchanged: 0 },
  }
  const { tasks } = archive
  // The tasks are read last. Otherwise, a task that another import creates meanwhile would look like a conflict: its
  // revisions would be known, but not the task itself.
  const allNames = tasks.map(({ name }) => name)
  const names = await deps.tasks.owners(owner.project, allNames)
  const revisionIds = tasks.flatMap((task) => task.revisions.map(({ id }) => id))
  const known = await deps.tasks.revisionStates(owner.project, revisionIds)
  const revisionStates = new Map(revisionIds.map((id, at) => [id, known[at]]))
  const taskIds = tasks.map(({ id }) => id)
  const present = new Map((await readTasks(deps, owner.project, taskIds)).map((each) => [each.task.id, each]))

  async function planTags(kind: TagKind): Promise<void> {
    const known = await deps.tags.list(owner.project, kind)
    const byId = new Map(known.map((tag) => [tag.id, tag]))
    const byName = new Map(known.map((tag) => [tag.name, tag]))
    let created = 0
    for (const [at, tag] of archive.tags[kind].entries()) {
      const same = byId.get(tag.id)
      if (same && same.name !== tag.name) {
        report(['tags', kind, at, 'id'], `the tag of this id is named "${same.name}" here`)
      } else if (!same && byName.has(tag.name)) {
        report(['tags', kind, at, 'name'], 'a tag of this name has another id here')
      } else if (same) {
        write.expectTag(kind, tag)
        counts.tags.unchanged += 1
      } else {
        write.createTag(kind, tag)
        created += 1
      }
    }
    counts.tags.created += created
    if (created > 0 && known.length + created > deps.tagsMax) {
      report(['tags', kind], `the project may have at most ${deps.tagsMax}`)
    }
  }

  function planTask(task: ArchivedTask, place: Place): void {
    const whole = present.get(task.id) ?? null
    const here = whole && archiveTask(whole)
    // A replacement does not touch revisions that the file lacks, so they are not compared.
    const differing = here && differencesOf(replace ? sharedPart(here, task) : here, task)
    if (differing?.length === 0) {
      counts.tasks.unchanged += 1
      return
    }
    if (differing && !replace) {
      report([...place, 'id'], `the task of this id is different here: ${differing.join(', ')}`)
      return
    }
    if ((names.get(task.name) ?? task.id) !== task.id) {
      report([...place, 'name'], 'a task of this name has another id here')
    }
    const added = planRevisions(task, here, place)
    if (added.length + (here?.revisions.length ?? 0) > deps.revisionsMax) {
      report([...place, 'revisions'], `a task may have at most ${deps.revisionsMax}`)
    }
    counts.tasks[whole ? 'updated' : 'created'] += 1
    counts.revisions.created += added.length
    write.saveTask(task, added, whole)
  }

  /** The revisions of the file that the task lacks. */
  function planRevisions(task: ArchivedTask, here: ArchivedTask | null, place: Place): Revision[] {
    const byId = new Map(here?.revisions.map((revision) => [revision.id, revision]))
    return task.revisions.flatMap((archived, at) => {
      const own = [...place, 'revisions', at]
      const same = byId.get(archived.id)
      if (same) {
        const isEqual = isDeepStrictEqual({ ...same, tags: [] }, { ...archived, tags: [] })
        if (!isEqual) report([...own, 'id'], 'the revision of this id is different here, and never changes')
        return []
      }
      const revision = toRevision(task, archived)
      const state = revisionStates.get(archived.id)
      if (state === 'present') report([...own, 'id'], 'a revision of another task has this id here')
      else if (state && state.digest !== digestOf(revision)) {
        report([...own, 'id'], 'a revision of this id was deleted here, and was different; it never changes')
      }
      try {
        checkRevision(task.output_modality, revision, deps.models, [...where, ...own])
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error
        conflicts.push(...error.issues)
      }
      return [revision]
    })
  }

  for (const kind of TAG_KINDS) await planTags(kind)
  for (const [at, task] of tasks.entries()) planTask(resolveModels(task, archive, deps.models), ['tasks', at])
  return { conflicts, write, counts }
}

function sharedPart(here: ArchivedTask, task: ArchivedTask): ArchivedTask {
  const ids = new Set(task.revisions.map(({ id }) => id))
  return { ...here, revisions: here.revisions.filter(({ id }) => ids.has(id)) }
}

/** The fields that differ. `modified` is not compared: a task that was changed and changed back is equal. */
function differencesOf(a: ArchivedTask, b: ArchivedTask): string[] {
  const [one, other] = [sortAll(a), sortAll(b)]
  const fields = Object.keys(one) as (keyof ArchivedTask)[]
  return fields.filter((field) => field !== 'modified' && !isDeepStrictEqual(one[field], other[field]))
}

function sortAll(task: ArchivedTask): ArchivedTask {
  const revisions = task.revisions.map((revision) => ({ ...revision, tags: [...revision.tags].sort() }))
  revisions.sort((a, b) => (a.id < b.id ? -1 : 1))
  return { ...task, tags: [...task.tags].sort(), revisions }
}

/** The task with the ids that its models have here. A model is found by its id, or else by its name in the file. */
function resolveModels(task: ArchivedTask, archive: TaskArchive, models: ModelRegistry): ArchivedTask {
  const names = new Map(archive.models.map(({ id, name }) => [id, name]))
  const revisions = task.revisions.map((revision) => {
    const resolved = { ...revision }
    for (const field of MODEL_FIELDS) {
      const id = revision[field]
      // An unknown model stays as it is: the revision may exist already, with a model that is no longer configured.
      if (id) resolved[field] = (models.find(id) ?? models.find(names.get(id) ?? ''))?.id ?? id
    }
    return resolved
  })
  return { ...task, revisions }
}

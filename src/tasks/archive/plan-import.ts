import { isDeepStrictEqual } from 'node:util'
import type { ModelRegistry } from '../../models/model-registry.ts'
import { ValidationError, type ValidationIssue } from '../../platform/errors.ts'
import { inPieces } from '../../platform/event-loop/in-pieces.ts'
import {
  type CheckRevisionDeps,
  checkRevision,
  digestOf,
  MODEL_FIELDS,
  toRevision,
} from '../build-revision.ts'
import { idInAlias } from '../naming/task-alias.ts'
import type { ReadTaskDeps } from '../read-task.ts'
import { changesGuard, isOpen } from '../split/rollout.ts'
import type { Revision } from '../task.ts'
import type { TaskBounds } from '../task-sizes.ts'
import { checkRoom } from './check-room.ts'
import { archiveTask } from './export-tasks.ts'
import { cutPieces, type ImportPiece, type PlacedTask, type PlannedTask } from './import-pieces.ts'
import { saveTask } from './import-write.ts'
import { planTags } from './plan-import-tags.ts'
import { type Here, MOST_READ, readHere } from './read-here.ts'
import type { ArchivedTask, Place, TaskArchive } from './task-archive.ts'

export interface PlanImportDeps extends ReadTaskDeps, CheckRevisionDeps, TaskBounds {
  readonly revisionsMax: number
  readonly tagsMax: number
}

/** What an import would write, in pieces, and the conflicts that prevent it. */
export interface ImportPlan {
  readonly conflicts: readonly ValidationIssue[]
  readonly pieces: readonly ImportPiece[]
}

/** The project that is imported into, and the place of its content in the file. */
export interface ImportTarget {
  readonly org: string
  readonly project: string
  /** Id of who imports. */
  readonly by: string
  readonly archived: TaskArchive
  readonly where: Place
}

/** All tasks of a file with their places. */
export const tasksOf = ({ archived }: ImportTarget): PlacedTask[] =>
  archived.tasks.map((task, at) => ({ task, place: ['tasks', at] }))

/**
 * Plans how to make the tasks of a project equal to those of an archive; writes nothing. A task that exists must equal
 * the file's, unless `replace` is true: then it gets the fields, weights and tags of the file, and the revisions that it
 * lacks. Revisions never change. No revision is removed, and no task that the file does not have.
 * @param some the tasks to plan
 */
export async function planImport(
  deps: PlanImportDeps,
  target: ImportTarget,
  some: readonly PlacedTask[],
  replace: boolean,
): Promise<ImportPlan> {
  const conflicts: ValidationIssue[] = []
  const report = (place: Place, msg: string) =>
    void conflicts.push({ loc: [...target.where, ...place], msg, type: 'conflict' })
  const models = new Map(target.archived.models.map(({ id, name }) => [id, name]))
  const planned: PlannedTask[] = []

  function planTask({ task: given, place }: PlacedTask, { names, aliases, states, present }: Here): void {
    const task = resolveModels(given, models, deps.models)
    const whole = present.get(task.id) ?? null
    const here = whole && archiveTask(whole)
    // A replacement does not touch revisions that the file lacks, so they are not compared.
    const differing = here && differencesOf(replace ? sharedPart(here, task) : here, task)
    const plan = (outcome: PlannedTask['outcome'], added: readonly Revision[]) => {
      const write = outcome === 'unchanged' ? null : saveTask(target, task, added, whole)
      planned.push({ task: given, place, outcome, revisions: added.length, write })
    }
    if (differing?.length === 0) {
      plan('unchanged', [])
      return
    }
    if (differing && !replace) {
      report([...place, 'id'], `the task of this id is different here: ${differing.join(', ')}`)
      return
    }
    if ((names.get(task.name) ?? task.id) !== task.id) {
      report([...place, 'name'], 'a task of this name has another id here')
    }
    if (task.alias !== null && (aliases.get(task.alias) ?? task.id) !== task.id) {
      report([...place, 'alias'], 'a task of this alias has another id here')
    }
    if (task.alias !== null && (idInAlias(task.alias) ?? task.id) !== task.id) {
      report([...place, 'alias'], 'an alias of this form stands for the task of that id')
    }
    if (task.output_modality !== 'text' && task.on_truncated === 'accept') {
      report([...place, 'on_truncated'], 'only a task that answers with text can accept a part of it')
    }
    if (whole && isOpen(whole.task.rollout) && differing?.includes('active_revisions')) {
      report([...place, 'active_revisions'], 'a rollout decides about the weights of this task')
    }
    if (
      whole &&
      isOpen(whole.task.rollout) &&
      changesGuard(whole.task.rollout, whole.task.scores, task.scores)
    ) {
      report([...place, 'scores'], 'a rollout of this task is guarded by a score that would change')
    }
    const added = planRevisions(task, here, place, states)
    if (added.length + (here?.revisions.length ?? 0) > deps.revisionsMax) {
      report([...place, 'revisions'], `a task may have at most ${deps.revisionsMax}`)
    }
    plan(whole ? 'updated' : 'created', added)
  }

  /** The revisions of the file that the task lacks. */
  function planRevisions(
    task: ArchivedTask,
    here: ArchivedTask | null,
    place: Place,
    states: Here['states'],
  ): Revision[] {
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
      const state = states.get(archived.id)
      if (state === 'present') report([...own, 'id'], 'a revision of another task has this id here')
      else if (state && state.digest !== digestOf(revision)) {
        report([...own, 'id'], 'a revision of this id was deleted here, and was different; it never changes')
      }
      try {
        checkRevision(task.output_modality, revision, deps, [...target.where, ...own])
      } catch (error) {
        if (!(error instanceof ValidationError)) throw error
        conflicts.push(...error.issues)
      }
      return [revision]
    })
  }

  const tags = await planTags(deps, target, report)
  for (let at = 0; at < some.length; at += MOST_READ) {
    const batch = some.slice(at, at + MOST_READ)
    const here = await readHere(deps, target.project, batch)
    await inPieces(batch, (each) => planTask(each, here))
  }
  const pieces = cutPieces(tags, planned)
  if (conflicts.length === 0) {
    const problem = await checkRoom(deps.tasks, target.project, pieces, deps)
    if (problem !== null) report(['tasks'], problem)
  }
  return { conflicts, pieces }
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

/** The task with the ids that its models have here: found by id, or else by the name that the file gives. */
function resolveModels(
  task: ArchivedTask,
  names: ReadonlyMap<string, string>,
  models: ModelRegistry,
): ArchivedTask {
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

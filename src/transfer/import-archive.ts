import { ApiError, boundIssues, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import type { ImportPiece } from '../tasks/archive/import-pieces.ts'
import { isEmpty } from '../tasks/archive/import-write.ts'
import { type ImportTarget, type PlanImportDeps, planImport, tasksOf } from '../tasks/archive/plan-import.ts'
import type { Place } from '../tasks/archive/task-archive.ts'
import { makeProjects } from '../tenancy/make-projects.ts'
import type { Project } from '../tenancy/tenant.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import { type Archive, type ArchivedProject, checkArchive } from './archive.ts'

/** A piece of a plan whose state has changed is planned again, at most so often. */
const MOST_TRIES = 10

export interface ImportDeps extends PlanImportDeps {
  readonly tenants: TenantStore
}

/** How many of each an import made, changed, or found as they are in the file. */
export interface ImportCounts {
  readonly tasks: { created: number; updated: number; unchanged: number }
  readonly revisions: { created: number }
  readonly tags: { created: number; unchanged: number }
}

/** What an import did. */
export interface ImportReport {
  /** False when everything existed already. */
  readonly changed: boolean
  readonly projects: readonly ({
    readonly org_id: string
    readonly project_id: string
    readonly created: boolean
  } & ImportCounts)[]
}

interface Target extends ImportTarget {
  readonly archived: ArchivedProject
  readonly isNew: boolean
}

/**
 * Imports the projects of an archive, with the ids in it; see planImport for tasks that exist already. Everything is
 * checked before anything is written. Then the tasks, revisions and tags are written in pieces, each task in one step, so
 * that Redis and this process serve others meanwhile. An import that fails half-way is completed by importing again.
 * Organisations and projects that do not exist are created with the ids and names of the file.
 * @param onto the project to import into, for a file with one project, whose id is then ignored; null: the file's
 *   projects
 * @param by id of who imports
 * @throws {ValidationError} for what is wrong within the file
 * @throws {ApiError} IMPORT_CONFLICT, with the place of each in `conflicts`; TOO_MANY_REQUESTS
 */
export async function importArchive(
  deps: ImportDeps,
  archive: Archive,
  onto: Project | null,
  replace: boolean,
  by: string,
): Promise<ImportReport> {
  await checkArchive(archive)
  if (onto && archive.projects.length !== 1) {
    throw ValidationError.at(['body', 'projects'], 'a file of one project is needed')
  }
  const conflicts: ValidationIssue[] = []
  const planned: [Target, readonly ImportPiece[]][] = []
  for (const [at, archived] of archive.projects.entries()) {
    const where = ['body', 'projects', at]
    const here = onto ?? (await deps.tenants.project(archived.project.id))
    if (here && !onto && here.org_id !== archived.org.id) conflicts.push(ofOther(where))
    const org = here?.org_id ?? archived.org.id
    const project = here?.id ?? archived.project.id
    const target = { org, project, by, archived, isNew: !here, where }
    const plan = await planImport(deps, target, tasksOf(target), replace)
    for (const issue of plan.conflicts) conflicts.push(issue)
    planned.push([target, plan.pieces])
  }
  if (conflicts.length > 0) throw conflict('Nothing was imported', conflicts)

  const made = await makeNew(
    deps.tenants,
    planned.map(([target]) => target),
  )
  const projects: ImportReport['projects'][number][] = []
  for (const [target, pieces] of planned) {
    const counts = await writePieces(deps, target, pieces, replace)
    projects.push({
      org_id: target.org,
      project_id: target.project,
      created: made.has(target.project),
      ...counts,
    })
  }
  return { changed: projects.some(hasChanged), projects }
}

const hasChanged = ({ created, tasks, tags }: ImportReport['projects'][number]): boolean =>
  created || tasks.created + tasks.updated + tags.created > 0

/**
 * Makes the projects that were not there when the import was planned.
 * @returns the ids of those that others have not made meanwhile
 */
async function makeNew(tenants: TenantStore, targets: readonly Target[]): Promise<ReadonlySet<string>> {
  const wanted = targets.filter(({ isNew }) => isNew)
  const outcome = await makeProjects(
    tenants,
    wanted.map(({ archived }) => archived),
  )
  if ('made' in outcome) return outcome.made
  const taken = wanted.filter(({ project }) => project === outcome.taken)
  throw conflict(
    'Nothing was imported',
    taken.map(({ where }) => ofOther(where)),
  )
}

const ofOther = (where: Place): ValidationIssue => ({
  loc: [...where, 'project', 'id'],
  msg: 'the project of this id belongs to another organisation here',
  type: 'conflict',
})

/** Writes the pieces of a plan. When the state of a piece has changed since, plans that piece again. */
async function writePieces(
  deps: ImportDeps,
  target: Target,
  planned: readonly ImportPiece[],
  replace: boolean,
): Promise<ImportCounts> {
  const written: ImportPiece[] = []
  let [pieces, tries] = [planned, 0]
  for (let [piece, ...rest] = pieces; piece; [piece, ...rest] = pieces) {
    if (isEmpty(piece.write) || (await deps.tasks.import(target.project, piece.write))) {
      written.push(piece)
      ;[pieces, tries] = [rest, 0]
      continue
    }
    tries += 1
    if (tries === MOST_TRIES) {
      const message = 'Others keep changing this project; try again.'
      throw new ApiError('TOO_MANY_REQUESTS', message, { retry_after: 1 })
    }
    const plan = await planImport(deps, target, piece.tasks, replace)
    if (plan.conflicts.length > 0) {
      const told =
        written.length > 0
          ? 'Only a part was imported, since others changed this project'
          : 'Nothing was imported'
      throw conflict(told, plan.conflicts)
    }
    pieces = [...plan.pieces, ...rest]
  }
  return countsOf(written, target.archived)
}

function countsOf(written: readonly ImportPiece[], { tags }: ArchivedProject): ImportCounts {
  const tasks = { created: 0, updated: 0, unchanged: 0 }
  let revisions = 0
  for (const task of written.flatMap((piece) => piece.tasks)) {
    tasks[task.outcome] += 1
    revisions += task.revisions
  }
  const created = written.reduce((sum, { tagsCreated }) => sum + tagsCreated, 0)
  const all = tags.task.length + tags.task_revision.length
  return { tasks, revisions: { created: revisions }, tags: { created, unchanged: all - created } }
}

function conflict(told: string, conflicts: readonly ValidationIssue[]): ApiError {
  const message = `${told}: ${conflicts.length} of its parts do not fit what is here.`
  return new ApiError('IMPORT_CONFLICT', message, { conflicts: boundIssues(conflicts) })
}

import { ApiError, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { isEmpty } from '../tasks/import-write.ts'
import { type ImportCounts, type ImportPlan, type PlanImportDeps, planImport } from '../tasks/plan-import.ts'
import type { Project } from '../tenancy/tenant.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import { type Archive, type ArchivedProject, checkArchive } from './archive.ts'

/** A plan whose state has changed is made again, at most so often. */
const MOST_TRIES = 10
/** Most conflicts in an error. */
const MOST_CONFLICTS = 100

export interface ImportDeps extends PlanImportDeps {
  readonly tenants: TenantStore
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

interface Target {
  readonly org: string
  readonly project: string
  readonly archived: ArchivedProject
  readonly isNew: boolean
  readonly where: (string | number)[]
}

/**
 * Imports the projects of an archive, with the ids in it; see planImport for tasks that exist already. Everything is
 * checked before anything is written. Then the tasks, revisions and tags of each project are written in one step.
 * Organisations and projects that do not exist are created with the ids and names of the file.
 * @param onto the project to import into, for a file with one project, whose id is then ignored; null: the file's
 *   projects
 * @throws {ValidationError} for what is wrong within the file
 * @throws {ApiError} IMPORT_CONFLICT, with the place of each in `conflicts`; TOO_MANY_REQUESTS
 */
export async function importArchive(
  deps: ImportDeps,
  archive: Archive,
  onto: Project | null,
  replace: boolean,
): Promise<ImportReport> {
  checkArchive(archive)
  if (onto && archive.projects.length !== 1) {
    throw ValidationError.at(['body', 'projects'], 'a file of one project is needed')
  }
  const conflicts: ValidationIssue[] = []
  const planned: [Target, ImportPlan][] = []
  for (const [at, archived] of archive.projects.entries()) {
    const where = ['body', 'projects', at]
    const here = onto ?? (await deps.tenants.project(archived.project.id))
    if (here && !onto && here.org_id !== archived.org.id) {
      const msg = 'the project of this id belongs to another organisation here'
      conflicts.push({ loc: [...where, 'project', 'id'], msg, type: 'conflict' })
    }
    const org = here?.org_id ?? archived.org.id
    const project = here?.id ?? archived.project.id
    const target = { org, project, archived, isNew: !here, where }
    const plan = await planImport(deps, target, archived, replace, where)
    conflicts.push(...plan.conflicts)
    planned.push([target, plan])
  }
  if (conflicts.length > 0) throw conflict(conflicts)

  for (const [target] of planned) if (target.isNew) await createProject(deps.tenants, target.archived)
  const projects: ImportReport['projects'][number][] = []
  for (const [{ org, project, isNew, ...target }, plan] of planned) {
    const counts = await writePlan(deps, { org, project, isNew, ...target }, plan, replace)
    projects.push({ org_id: org, project_id: project, created: isNew, ...counts })
  }
  return { changed: projects.some(hasChanged), projects }
}

const hasChanged = ({ created, tasks, tags }: ImportReport['projects'][number]): boolean =>
  created || tasks.created + tasks.updated + tags.created > 0

async function createProject(tenants: TenantStore, { org, project }: ArchivedProject): Promise<void> {
  if (!(await tenants.organisation(org.id))) await tenants.createOrganisation(org.name, org.id)
  await tenants.createProject(org.id, project.name, project.id)
}

/** Writes a plan. When the state has changed since it was made, makes a new plan and writes that. */
async function writePlan(
  deps: ImportDeps,
  target: Target,
  first: ImportPlan,
  replace: boolean,
): Promise<ImportCounts> {
  let plan = first
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    if (plan.conflicts.length > 0) throw conflict(plan.conflicts)
    const isDone = isEmpty(plan.write) || (await deps.tasks.import(target.project, plan.write))
    if (isDone) return plan.counts
    plan = await planImport(deps, target, target.archived, replace, target.where)
  }
  throw new ApiError('TOO_MANY_REQUESTS', 'Others keep changing this project; try again.', { retry_after: 1 })
}

function conflict(conflicts: readonly ValidationIssue[]): ApiError {
  const message = `Nothing was imported: ${conflicts.length} of its parts do not fit what is here.`
  return new ApiError('IMPORT_CONFLICT', message, { conflicts: conflicts.slice(0, MOST_CONFLICTS) })
}

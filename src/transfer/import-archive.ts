import { ApiError, ValidationError, type ValidationIssue } from '../platform/errors.ts'
import { isEmpty } from '../tasks/import-write.ts'
import { type ImportCounts, type ImportPlan, type PlanImportDeps, planImport } from '../tasks/plan-import.ts'
import type { Project } from '../tenancy/tenant.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import { type Archive, type ArchivedProject, checkArchive } from './archive.ts'

/** A plan that others overtake is made again, so often. */
const MOST_TRIES = 10
/** So many conflicts are named; the rest would not help. */
const MOST_CONFLICTS = 100

export interface ImportDeps extends PlanImportDeps {
  readonly tenants: TenantStore
}

/** What an import did. */
export interface ImportReport {
  /** False when everything was there already. */
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
 * Brings projects to what an archive holds, with the ids in it; see planImport for what may be there already.
 * Everything is checked before anything is written; then each project's tasks, revisions and tags are written in one
 * step. Organisations and projects that are not there are created with the ids and names of the file.
 * @param onto the project to import a file of one project into, whatever the project of the file; null for the file's
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

/** Writes what was planned; where something has changed since, what is planned anew. */
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

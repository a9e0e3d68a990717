import { readFile } from 'node:fs/promises'
import { type Core, transferDeps } from './compose.ts'
import { ConfigError } from './config.ts'
import { type ApiError, ValidationError, type ValidationIssue } from './platform/errors.ts'
import { archiveSchema } from './transfer/archive.ts'
import { exportProjects, writeArchive } from './transfer/export-projects.ts'
import { type ImportReport, importArchive } from './transfer/import-archive.ts'

/**
 * The export file of these projects, or of all for null; with all their tasks, or with some tasks of one project.
 * @throws {ConfigError} with the reason when the export fails
 */
export async function exportText(
  core: Core,
  projects: readonly string[] | null,
  tasks: readonly string[] | null,
): Promise<string> {
  if (tasks && projects?.length !== 1) throw new ConfigError('--task goes with one --project')
  try {
    const archive = await exportProjects(transferDeps(core), projects ?? (await allProjects(core)), tasks)
    return writeArchive(archive)
  } catch (error) {
    throw explained(error)
  }
}

async function allProjects({ tenants }: Core): Promise<string[]> {
  const organisations = await tenants.organisations()
  const projects = await Promise.all(organisations.map(({ id }) => tenants.projects(id)))
  return projects
    .flat()
    .map(({ id }) => id)
    .sort()
}

/**
 * Imports a file (`-` is standard input) into the given project, or for null into the projects of the file.
 * @throws {ConfigError} with a line for each reason why nothing was imported
 */
export async function importFile(
  core: Core,
  file: string,
  project: string | null,
  replace: boolean,
): Promise<ImportReport> {
  try {
    const text = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')
    const { importLimit } = core.config
    if (Buffer.byteLength(text) > importLimit) throw new ConfigError(`it is larger than ${importLimit} bytes`)
    const onto = project === null ? null : await core.tenants.project(project)
    if (project !== null && !onto) throw new ConfigError(`there is no project ${project}`)
    const read = archiveSchema(core.limits).safeParse(JSON.parse(text))
    if (read.success) return await importArchive(transferDeps(core), read.data, onto, replace)
    const { issues } = read.error
    throw new ValidationError(
      issues.map(({ path, message }) => ({ loc: path.map(String), msg: message, type: '' })),
    )
  } catch (error) {
    throw explained(error)
  }
}

/** An error for a person: a line for each thing that is wrong, with its place in the file. */
function explained(error: unknown): ConfigError {
  if (error instanceof ValidationError) return new ConfigError(linesOf(error.issues), { cause: error })
  const { message, extra } = error as Error & Partial<ApiError>
  const conflicts = (extra?.['conflicts'] ?? []) as ValidationIssue[]
  return new ConfigError([message, linesOf(conflicts)].join('\n').trim(), { cause: error })
}

const linesOf = (issues: readonly ValidationIssue[]): string =>
  issues.map(({ loc, msg }) => `${loc.filter((part) => part !== 'body').join('.')}: ${msg}`).join('\n')

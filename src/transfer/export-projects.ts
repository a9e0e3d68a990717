import type { ModelRegistry } from '../models/model-registry.ts'
import { ApiError } from '../platform/errors.ts'
import { exportTasks, exportTooLarge } from '../tasks/archive/export-tasks.ts'
import type { ReadTaskDeps } from '../tasks/read-task.ts'
import type { TenantStore } from '../tenancy/tenant-store.ts'
import { ARCHIVE_VERSION, type Archive, type ArchivedProject } from './archive.ts'

export interface ExportDeps extends ReadTaskDeps {
  readonly tenants: TenantStore
  readonly models: ModelRegistry
  /** Most bytes of the file that `writeArchive` makes. */
  readonly importLimit: number
}

/**
 * The content of these projects, to be imported elsewhere. The same content gives the same archive.
 * @param tasks ids of the tasks to export; null for all
 * @throws {ApiError} PROJECT_NOT_FOUND, TASK_NOT_FOUND, EXPORT_TOO_LARGE
 */
export async function exportProjects(
  deps: ExportDeps,
  ids: readonly string[],
  tasks: readonly string[] | null = null,
): Promise<Archive> {
  const projects: ArchivedProject[] = []
  let room = deps.importLimit
  for (const id of new Set(ids)) {
    const project = await deps.tenants.project(id)
    const org = project && (await deps.tenants.organisation(project.org_id))
    if (!org) throw new ApiError('PROJECT_NOT_FOUND', 'There is no such project.')
    const archived = await exportTasks(deps, id, tasks, room)
    room -= JSON.stringify(archived).length
    projects.push({
      org: { id: org.id, name: org.name },
      project: { id: project.id, name: project.name },
      ...archived,
    })
  }
  const archive: Archive = { splitrun_export: ARCHIVE_VERSION, projects }
  if (Buffer.byteLength(writeArchive(archive)) > deps.importLimit) throw exportTooLarge(deps.importLimit)
  return archive
}

/** An archive as a file: indented, so that version control shows changes line by line. */
export function writeArchive(archive: Archive): string {
  return JSON.stringify(archive, null, 2)
}

import { type Core, transferDeps } from '../../compose/compose-core.ts'
import { exportProjects, writeArchive } from '../../transfer/export-projects.ts'
import { explainTransfer } from './explain-transfer.ts'

/**
 * The file of these projects, or of all there are for null; of all their tasks, or of some tasks of one project.
 * @throws {CommandError} that says what is in the way
 */
export async function exportText(
  core: Core,
  projects: readonly string[] | null,
  tasks: readonly string[] | null,
): Promise<string> {
  try {
    return writeArchive(
      await exportProjects(transferDeps(core), projects ?? (await allProjects(core)), tasks),
    )
  } catch (error) {
    throw explainTransfer(error)
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

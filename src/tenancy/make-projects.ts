import { newId } from '../platform/ids.ts'
import type { Organisation } from './tenant.ts'
import type { GivenProject, TenantStore } from './tenant-store.ts'

/** A project with its organisation; the ids of both were given. */
export interface WantedProject {
  readonly org: Pick<Organisation, 'id' | 'name'>
  readonly project: Pick<GivenProject, 'id' | 'name'>
}

/** Ids of the projects that were made; those of the others were there. */
export type MadeProjects = { readonly made: ReadonlySet<string> } | { readonly taken: string }

/**
 * Makes projects, and the organisations that are not there: all of them, or none where another organisation has the id of
 * one, or is about to have it. Of several callers who want the same ids at once, one gets all that it wants.
 * @returns what was made, or the id that is taken
 */
export async function makeProjects(
  tenants: TenantStore,
  wanted: readonly WantedProject[],
): Promise<MadeProjects> {
  const claim = newId()
  const projects = wanted.map(({ org, project }) => ({ ...project, org_id: org.id }))
  // All claim in one order, so that no two keep each other from their last one.
  projects.sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const [at, project] of projects.entries()) {
    if (await tenants.claimProject(project, claim)) continue
    await Promise.all(projects.slice(0, at).map((each) => tenants.releaseProject(each, claim)))
    return { taken: project.id }
  }
  for (const { org } of wanted) await tenants.createOrganisation(org.name, org.id)
  const made = new Set<string>()
  for (const project of projects) {
    const isMade = await tenants.putProject(project)
    // Only where this process stood still for longer than claims are kept.
    if (isMade === null) return { taken: project.id }
    if (isMade) made.add(project.id)
  }
  return { made }
}

import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cachedAs, expiringAfter } from '../platform/cached.ts'
import { sharedIsoTime } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'
import type { Organisation, Project } from './tenant.ts'

/** A new project is seen by every process within this time. */
const CACHE_MS = 1000
/** Far more than it takes to make what was claimed; a process that dies keeps ids from others for so long. */
const CLAIM_MS = 30_000

const putProject = loadScript(new URL('./scripts/put-project.lua', import.meta.url))
const releaseProject = loadScript(new URL('./scripts/release-project.lua', import.meta.url))
const PUT = ['taken', 'there', 'written'] as const

const KEYS = {
  organisations: 'orgs',
  organisation: (id: string) => `org:${id}`,
  projectsOf: (org: string) => `org:${org}:projects`,
  project: (id: string) => `{p:${id}}:project`,
}

/** A part of a list: below the cursor, where there is one, and so many at most. */
export interface TenantPage {
  readonly cursor?: string | undefined
  readonly limit: number
}
const ALL: TenantPage = { limit: Number.POSITIVE_INFINITY }

/** A project whose id was given. */
export type GivenProject = Pick<Project, 'id' | 'org_id' | 'name'>

export type TenantStore = ReturnType<typeof createTenantStore>

/** The only owner of organisations and projects. */
export function createTenantStore(redis: Redis) {
  const readJson = async <T>(key: string): Promise<T | null> => {
    const text = await redis.get(key)
    return text === null ? null : (JSON.parse(text) as T)
  }

  async function readProject(id: string): Promise<Project | null> {
    const record = await readJson<Project & { claim?: string }>(KEYS.project(id))
    return record?.claim === undefined ? record : null
  }

  const projects = new LRUCache<string, { project: Project | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // A read that a creation overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (id) => ({ project: await readProject(id) }),
  })

  async function readAll<T>(
    index: string,
    read: (id: string) => Promise<T | null>,
    page: TenantPage,
  ): Promise<T[]> {
    const ids = (await redis.smembers(index)).sort().reverse()
    const wanted = ids.filter((id) => !page.cursor || id < page.cursor).slice(0, page.limit)
    const found = await Promise.all(wanted.map(read))
    return found.filter((each) => each !== null)
  }

  const readOrganisation = (id: string) => readJson<Organisation>(KEYS.organisation(id))

  /** @param claim names one: its record is there for the organisation alone, and expires */
  async function put({ id, org_id, name }: GivenProject, claim?: string): Promise<(typeof PUT)[number]> {
    const record = () => JSON.stringify({ id, org_id, name, created: sharedIsoTime() })
    const args = claim === undefined ? [org_id, record()] : [org_id, claim, CLAIM_MS]
    return PUT[(await putProject(redis, [KEYS.project(id)], args)) as 0 | 1 | 2]
  }

  return {
    /** Null when the id is taken. */
    async createOrganisation(name: string, id = newId()): Promise<Organisation | null> {
      const organisation = { id, name, created: sharedIsoTime() }
      const made = await redis.set(KEYS.organisation(id), JSON.stringify(organisation), 'NX')
      // Also where it is there: whoever made it may have died before this.
      await redis.sadd(KEYS.organisations, id)
      return made && organisation
    },
    organisation: readOrganisation,
    /** All there are, newest first. */
    organisations: (page: TenantPage = ALL): Promise<Organisation[]> =>
      readAll(KEYS.organisations, readOrganisation, page),

    /** Null when the id is taken. The organisation must exist. */
    async createProject(org: string, name: string, id = newId()): Promise<Project | null> {
      const project = { id, org_id: org, name, created: sharedIsoTime() }
      const made = await redis.set(KEYS.project(id), JSON.stringify(project), 'NX')
      if (!made && (await readProject(id))?.org_id !== org) return null
      projects.delete(id)
      // Also where it is there, as above.
      await redis.sadd(KEYS.projectsOf(org), id)
      return made && project
    },
    /**
     * Makes an id one that no other organisation can have, for a time. Nobody sees a project that is only claimed.
     * @param claim names the claim, for its release
     * @returns false when another organisation has the id, or has claimed it
     */
    claimProject: async (project: GivenProject, claim: string): Promise<boolean> =>
      (await put(project, claim)) !== 'taken',
    /** Ends a claim, unless its project is there or others of the organisation have claimed it, too. */
    async releaseProject({ id, org_id }: GivenProject, claim: string): Promise<void> {
      await releaseProject(redis, [KEYS.project(id)], [org_id, claim])
    },
    /**
     * Makes a project that is claimed. The organisation must exist.
     * @returns whether it was made; false when the organisation has it already, null when another one has
     */
    async putProject(project: GivenProject): Promise<boolean | null> {
      const outcome = await put(project)
      if (outcome === 'taken') return null
      projects.delete(project.id)
      await redis.sadd(KEYS.projectsOf(project.org_id), project.id)
      return outcome === 'written'
    },
    /** At most a second old. */
    project: (id: string): Project | null | Promise<Project | null> =>
      cachedAs(projects, id, (known) => known?.project ?? null),
    /** All of an organisation, newest first. */
    projects: (org: string, page: TenantPage = ALL): Promise<Project[]> =>
      readAll(KEYS.projectsOf(org), readProject, page),
  }
}

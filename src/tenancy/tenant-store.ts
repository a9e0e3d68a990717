import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cachedAs, expiringAfter } from '../platform/cached.ts'
import { sharedIsoTime } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis/redis.ts'
import type { Organisation, Project } from './tenant.ts'

/** A new project is seen by every process within this time. */
const CACHE_MS = 1000

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

export type TenantStore = ReturnType<typeof createTenantStore>

/** The only owner of organisations and projects. */
export function createTenantStore(redis: Redis) {
  const readJson = async <T>(key: string): Promise<T | null> => {
    const text = await redis.get(key)
    return text === null ? null : (JSON.parse(text) as T)
  }

  const projects = new LRUCache<string, { project: Project | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // A read that a creation overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (id) => ({ project: await readJson<Project>(KEYS.project(id)) }),
  })

  async function readAll<T>(index: string, keyOf: (id: string) => string, page: TenantPage): Promise<T[]> {
    const ids = (await redis.smembers(index)).sort().reverse()
    const wanted = ids.filter((id) => !page.cursor || id < page.cursor).slice(0, page.limit)
    const found = await Promise.all(wanted.map((id) => readJson<T>(keyOf(id))))
    return found.filter((each) => each !== null)
  }

  return {
    /** Null when the id is taken. */
    async createOrganisation(name: string, id = newId()): Promise<Organisation | null> {
      const organisation = { id, name, created: sharedIsoTime() }
      const made = await redis.set(KEYS.organisation(id), JSON.stringify(organisation), 'NX')
      if (!made) return null
      await redis.sadd(KEYS.organisations, id)
      return organisation
    },
    organisation: (id: string) => readJson<Organisation>(KEYS.organisation(id)),
    /** All there are, newest first. */
    organisations: (page: TenantPage = ALL): Promise<Organisation[]> =>
      readAll(KEYS.organisations, KEYS.organisation, page),

    /** Null when the id is taken. The organisation must exist. */
    async createProject(org: string, name: string, id = newId()): Promise<Project | null> {
      const project = { id, org_id: org, name, created: sharedIsoTime() }
      const made = await redis.set(KEYS.project(id), JSON.stringify(project), 'NX')
      if (!made) return null
      projects.delete(id)
      await redis.sadd(KEYS.projectsOf(org), id)
      return project
    },
    /** At most a second old. */
    project: (id: string): Project | null | Promise<Project | null> =>
      cachedAs(projects, id, (known) => known?.project ?? null),
    /** All of an organisation, newest first. */
    projects: (org: string, page: TenantPage = ALL): Promise<Project[]> =>
      readAll(KEYS.projectsOf(org), KEYS.project, page),
  }
}

import { LRUCache } from 'lru-cache'
import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis.ts'
import { type ApiKey, hashSecret, newSecret, type Organisation, type Project, type Scope } from './tenant.ts'

/** A revoked key, or a new one, is seen by every process within this time. */
const CACHE_MS = 1000

const KEYS = {
  organisations: 'orgs',
  organisation: (id: string) => `org:${id}`,
  projectsOf: (org: string) => `org:${org}:projects`,
  project: (id: string) => `{p:${id}}:project`,
  apiKeys: (project: string) => `{p:${project}}:keys`,
  secret: (hash: string) => `secret:${hash}`,
}

export type TenantStore = ReturnType<typeof createTenantStore>

/** The only owner of organisations, projects and keys. */
export function createTenantStore(redis: Redis) {
  const readJson = async <T>(key: string): Promise<T | null> => {
    const text = await redis.get(key)
    return text === null ? null : (JSON.parse(text) as T)
  }

  // Negative answers are kept too, so that a flood of wrong tokens does not become a flood of reads.
  const byHash = new LRUCache<string, { key: ApiKey | null }>({
    max: 10_000,
    ttl: CACHE_MS,
    // A read that a revocation overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    async fetchMethod(hash) {
      const pointer = await readJson<{ id: string; project: string }>(KEYS.secret(hash))
      if (!pointer) return { key: null }
      const text = await redis.hget(KEYS.apiKeys(pointer.project), pointer.id)
      return { key: text ? (JSON.parse(text) as ApiKey) : null }
    },
  })
  const projects = new LRUCache<string, { project: Project | null }>({
    max: 10_000,
    ttl: CACHE_MS,
    ignoreFetchAbort: true,
    fetchMethod: async (id) => ({ project: await readJson<Project>(KEYS.project(id)) }),
  })

  async function readAll<T>(keys: string[]): Promise<T[]> {
    const found = await Promise.all(keys.map((key) => readJson<T>(key)))
    return found.filter((each) => each !== null)
  }

  return {
    /** Null when the id is taken. */
    async createOrganisation(name: string, id = newId()): Promise<Organisation | null> {
      const organisation = { id, name, created: new Date().toISOString() }
      const made = await redis.set(KEYS.organisation(id), JSON.stringify(organisation), 'NX')
      if (!made) return null
      await redis.sadd(KEYS.organisations, id)
      return organisation
    },
    organisation: (id: string) => readJson<Organisation>(KEYS.organisation(id)),
    async organisations(): Promise<Organisation[]> {
      return readAll((await redis.smembers(KEYS.organisations)).sort().reverse().map(KEYS.organisation))
    },

    /** Null when the id is taken. The organisation must exist. */
    async createProject(org: string, name: string, id = newId()): Promise<Project | null> {
      const project = { id, org_id: org, name, created: new Date().toISOString() }
      const made = await redis.set(KEYS.project(id), JSON.stringify(project), 'NX')
      if (!made) return null
      projects.delete(id)
      await redis.sadd(KEYS.projectsOf(org), id)
      return project
    },
    /** At most a second old. */
    async project(id: string): Promise<Project | null> {
      return (await projects.fetch(id))?.project ?? null
    },
    async projects(org: string): Promise<Project[]> {
      return readAll((await redis.smembers(KEYS.projectsOf(org))).sort().reverse().map(KEYS.project))
    },

    /** Makes a key; its secret is returned here and never again. */
    async createApiKey(
      project: Project,
      name: string,
      scopes: readonly Scope[],
      expires: string | null,
    ): Promise<{ key: ApiKey; secret: string }> {
      const secret = newSecret()
      const key: ApiKey = {
        id: newId(),
        org_id: project.org_id,
        project_id: project.id,
        name,
        scopes,
        created: new Date().toISOString(),
        expires,
        revoked: false,
      }
      await redis.hset(KEYS.apiKeys(project.id), key.id, JSON.stringify(key))
      await redis.set(KEYS.secret(hashSecret(secret)), JSON.stringify({ id: key.id, project: project.id }))
      return { key, secret }
    },
    async apiKeys(project: string): Promise<ApiKey[]> {
      const all = await redis.hvals(KEYS.apiKeys(project))
      return all.map((text) => JSON.parse(text) as ApiKey).sort((a, b) => (a.id < b.id ? 1 : -1))
    },
    /** Revokes a key for good; null when there is none of that id. */
    async revokeApiKey(project: string, id: string): Promise<ApiKey | null> {
      const text = await redis.hget(KEYS.apiKeys(project), id)
      if (!text) return null
      const revoked = { ...(JSON.parse(text) as ApiKey), revoked: true }
      await redis.hset(KEYS.apiKeys(project), id, JSON.stringify(revoked))
      byHash.clear()
      return revoked
    },
    /** The valid key that a secret belongs to, at most a second old; null when unknown, revoked or expired. */
    async findKey(secret: string): Promise<ApiKey | null> {
      const key = (await byHash.fetch(hashSecret(secret)))?.key ?? null
      if (!key || key.revoked) return null
      return key.expires !== null && Date.parse(key.expires) <= Date.now() ? null : key
    },
  }
}

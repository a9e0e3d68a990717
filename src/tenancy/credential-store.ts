import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { cachedAs, expiringAfter } from '../platform/cached.ts'
import { sharedIsoTime } from '../platform/clock.ts'
import { ApiError } from '../platform/errors.ts'
import { newId } from '../platform/ids.ts'
import type { Redis } from '../platform/redis/redis.ts'
import { loadScript } from '../platform/redis/script.ts'
import { type Credential, type CredentialKind, isUsable, keepSecret } from './credential.ts'
import { newSecret } from './secret.ts'
import type { Project, Scope } from './tenant.ts'

const addCredential = loadScript(new URL('./scripts/add-credential.lua', import.meta.url))
const replaceCredential = loadScript(new URL('./scripts/replace-credential.lua', import.meta.url))

/** Half of the second within which every process sees a change, so that a slow read still is in time. */
const CACHE_MS = 500

/** The records are in their project; a pointer leads there from what a caller names: the secret or the client's id. */
const KINDS = {
  api_key: {
    records: (project: string) => `{p:${project}}:keys`,
    pointer: (handle: string) => `secret:${handle}`,
    handle: (credential: Credential) => credential.secret_hash,
    handleGiven: (hash: string) => hash,
  },
  oauth_client: {
    records: (project: string) => `{p:${project}}:clients`,
    pointer: (handle: string) => `client:${handle}`,
    handle: (credential: Credential) => credential.id,
    handleGiven: (id: string) => id.toLowerCase(),
  },
} as const

export interface NewCredential {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** ISO time; null for never. */
  readonly expires: string | null
  /** A new one where not given. */
  readonly id?: string | undefined
}

/** A credential with its secret, which is shown here and never again. */
export interface Issued {
  readonly credential: Credential
  readonly secret: string
}

export type CredentialStore = ReturnType<typeof createCredentialStore>

/**
 * The only owner of a project's keys, or of its OAuth clients.
 * @param most so many of them a project may have, revoked ones included
 */
export function createCredentialStore(redis: Redis, kind: CredentialKind, most: number) {
  const keys = KINDS[kind]

  async function read(project: string, id: string): Promise<Credential | null> {
    const text = await redis.hget(keys.records(project), id)
    return text === null ? null : (JSON.parse(text) as Credential)
  }

  // Negative answers are kept too, so that a flood of wrong tokens does not become a flood of reads.
  const found = new LRUCache<string, { credential: Credential | null }>({
    ...atMost(10_000),
    ...expiringAfter(CACHE_MS),
    // A read that a change overtakes is not kept, but still answers whoever waits for it.
    ignoreFetchAbort: true,
    async fetchMethod(handle) {
      const text = await redis.get(keys.pointer(handle))
      if (text === null) return { credential: null }
      const { id, project } = JSON.parse(text) as { id: string; project: string }
      const credential = await read(project, id)
      // A pointer may outlive the secret it was made for; the record decides.
      return { credential: credential && keys.handle(credential) === handle ? credential : null }
    },
  })

  /** False when it is there already, for another credential. */
  async function point({ id, project_id }: Credential, handle: string): Promise<boolean> {
    const pointer = JSON.stringify({ id, project: project_id })
    return (await redis.set(keys.pointer(handle), pointer, 'NX')) !== null
  }

  /** Changes a credential as it stands at that moment; null when there is none of that id. */
  async function change(
    project: string,
    id: string,
    changed: (before: Credential) => Credential,
  ): Promise<{ before: Credential; after: Credential } | null> {
    for (;;) {
      const text = await redis.hget(keys.records(project), id)
      if (text === null) return null
      const before = JSON.parse(text) as Credential
      const after = changed(before)
      const replaced = await replaceCredential(
        redis,
        [keys.records(project)],
        [id, text, JSON.stringify(after)],
      )
      if (replaced !== 1) continue
      found.clear()
      return { before, after }
    }
  }

  return {
    /** Null when the id is taken. @throws {ApiError} TOO_MANY_KEYS */
    async create(project: Project, fields: NewCredential): Promise<Issued | null> {
      const secret = newSecret()
      const { id = newId(), name, scopes, expires } = fields
      const owner = { org_id: project.org_id, project_id: project.id }
      const made = { created: sharedIsoTime(), expires, revoked: false, ...keepSecret(secret) }
      const credential: Credential = { id, ...owner, name, scopes, ...made }
      const records = keys.records(project.id)
      const added = await addCredential(redis, [records], [id, JSON.stringify(credential), most])
      if (added === 0) return null
      if (added === -1) throw new ApiError('TOO_MANY_KEYS', `The project has ${most} of them: delete some.`)
      if (!(await point(credential, keys.handle(credential)))) {
        await redis.hdel(records, id)
        return null
      }
      found.delete(keys.handle(credential))
      return { credential, secret }
    },

    /** As it is now; null when there is none of that id. */
    read,

    /** All of a project, newest first. */
    async list(project: string): Promise<Credential[]> {
      const all = (await redis.hvals(keys.records(project))).map((text) => JSON.parse(text) as Credential)
      return all.sort((a, b) => b.created.localeCompare(a.created) || b.id.localeCompare(a.id))
    },

    /** Null when there is none of that id. */
    async revoke(project: string, id: string): Promise<Credential | null> {
      return (await change(project, id, (before) => ({ ...before, revoked: true })))?.after ?? null
    },

    /** Gives it a new secret, with which the old one and its tokens end. Null when there is none of that id. */
    async rotate(project: string, id: string): Promise<Issued | null> {
      const current = await read(project, id)
      if (!current) return null
      const secret = newSecret()
      const kept = keepSecret(secret)
      // The pointer comes first: a rotation that breaks off half-way leaves the old secret in force.
      const handle = keys.handle({ ...current, ...kept })
      const isOurs = await point(current, handle)
      const changed = await change(project, id, (before) => ({ ...before, ...kept }))
      const past = changed ? keys.handle(changed.before) : handle
      // A client that is gone meanwhile may be there again in another project: its pointer is not ours.
      if (changed ? past !== handle : isOurs) await redis.del(keys.pointer(past))
      return changed && { credential: changed.after, secret }
    },

    /** Null when there is none of that id. */
    async remove(project: string, id: string): Promise<Credential | null> {
      const credential = await read(project, id)
      if (!credential || (await redis.hdel(keys.records(project), id)) === 0) return null
      await redis.del(keys.pointer(keys.handle(credential)))
      found.clear()
      return credential
    },

    /**
     * What a caller names, by the hash of a key's secret or by a client's id, at most a second old; null when it is unknown, revoked
     * or expired.
     */
    find: (given: string): Credential | null | Promise<Credential | null> =>
      cachedAs(found, keys.handleGiven(given), (known) =>
        known?.credential && isUsable(known.credential) ? known.credential : null,
      ),
  }
}

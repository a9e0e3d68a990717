import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { atMost } from '../platform/at-most.ts'
import { shownId } from '../platform/id-schema.ts'
import type { Rotation, TaskTokenStore } from './task-token-store.ts'
import type { SignedToken, TokenSigner } from './token-signer.ts'

/** Where CI actions that are in use look for the task's id in a token, whatever the issuer is called. */
const WELL_KNOWN_AUDIENCE = 'https://aud.rightbrain.ai/tasks'

const claimsSchema = z.object({
  sub: shownId,
  jti: z.string(),
  ext: z.object({ org_id: shownId, project_id: shownId }),
})

/** What a token needs to know of its task. */
export interface TokenTask {
  readonly id: string
  readonly org_id: string
  readonly project_id: string
  readonly created: string
}

/** Which task a token is for. */
export interface TokenTarget {
  readonly org: string
  readonly project: string
  readonly task: string
}

export type TaskTokens = ReturnType<typeof createTaskTokens>

/**
 * Task access tokens: each task has one, that may run it. It is made anew whenever it is shown, the same each time: all
 * that goes into it is the task and its last rotation.
 *
 * One client decodes the payload with `atob`, which does not know the `-` and `_` of base64url. In the base64 of ASCII
 * only `>`, `?` and `~` can become those, and nothing in a payload has them: ids, numbers, and an issuer whose setting
 * refuses them.
 */
export function createTaskTokens(deps: {
  store: TaskTokenStore
  signer: TokenSigner
  /** Seconds. */
  lifetime: number
}) {
  const { store, signer, lifetime } = deps
  const signed = new LRUCache<string, string>(atMost(10_000))

  const idOf = (task: string, rotation: Rotation | null): string => rotation?.id ?? task

  async function sign(task: TokenTask, rotation: Rotation | null): Promise<string> {
    const jti = idOf(task.id, rotation)
    const issued = Math.floor(Date.parse(rotation?.rotated ?? task.created) / 1000)
    // Ids of tasks are kept by an import: two projects may hold the same one, and one may be another's rotation.
    const key = `${task.project_id}/${task.id}/${jti}/${issued}`
    const known = signed.get(key)
    if (known) return known
    const token = await signer.sign('task+jwt', {
      sub: task.id,
      aud: [`${signer.issuer}/tasks/${task.id}`, `${WELL_KNOWN_AUDIENCE}/${task.id}`],
      iat: issued,
      nbf: issued,
      exp: issued + lifetime,
      jti,
      ext: { org_id: task.org_id, project_id: task.project_id },
    })
    signed.set(key, token)
    return token
  }

  return {
    /** The token of a task as of now. */
    async of(task: TokenTask): Promise<string> {
      return sign(task, await store.read(task.project_id, task.id))
    },

    /** Gives a task another token; the one before ends everywhere within a second. */
    async rotate(task: TokenTask): Promise<string> {
      return sign(task, await store.rotate(task.project_id, task.id))
    },

    /** The task that a token is for, which may be gone; null when the token was rotated. At most a second old. */
    async read(token: SignedToken): Promise<TokenTarget | null> {
      const { data: claims } = claimsSchema.safeParse(token.claims)
      if (!claims) return null
      const { org_id: org, project_id: project } = claims.ext
      const rotation = await store.recent(project, claims.sub)
      return claims.jti === idOf(claims.sub, rotation) ? { org, project, task: claims.sub } : null
    },
  }
}

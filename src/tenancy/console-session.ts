import { z } from 'zod'
import { sharedNow } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import { ADMIN, type Caller } from './caller.ts'
import type { CredentialStore } from './credential-store.ts'
import type { EndedSessionStore } from './ended-session-store.ts'
import { keyCaller } from './read-key.ts'
import { hashSecret, sameHash } from './secret.ts'
import type { TokenSigner } from './token-signer.ts'

const claimsSchema = z.object({ sub: z.string(), jti: z.string(), exp: z.number(), secret: z.string() })

/** A session of the console: who it stands for, and until when. */
export interface ConsoleSession {
  readonly id: string
  readonly caller: Caller
  /** Milliseconds since 1970. */
  readonly expires: number
}

export interface ConsoleSessionDeps {
  readonly signer: TokenSigner
  readonly apiKeys: CredentialStore
  readonly ended: EndedSessionStore
  readonly adminToken: string | null
  /** Seconds. */
  readonly lifetime: number
}

export type ConsoleSessions = ReturnType<typeof createConsoleSessions>

/**
 * Sessions of the console. A token of one names the credential that it was got for and that one's secret, so that it ends
 * with either of them: within a second, like the credential itself.
 */
export function createConsoleSessions(deps: ConsoleSessionDeps) {
  const { signer, apiKeys, ended, lifetime } = deps
  const admin = deps.adminToken && hashSecret(deps.adminToken)
  // The hash of a token that a person may have thought up could be guessed from.
  const adminMark = admin && signer.mark(admin)

  /** Who the secret with this hash is of, what a token says of the secret, and when it expires. */
  async function owner(hash: string): Promise<{ caller: Caller; secret: string; expires: number } | null> {
    const never = Number.POSITIVE_INFINITY
    if (admin && adminMark && sameHash(hash, admin)) {
      return { caller: ADMIN, secret: adminMark, expires: never }
    }
    const key = await apiKeys.find(hash)
    if (!key) return null
    const expires = key.expires === null ? never : Date.parse(key.expires)
    return { caller: keyCaller(key), secret: hash, expires }
  }

  return {
    /** For cookies: two installations at one host, at other ports or paths, do not overwrite each other's. */
    cookieName: `splitrun_session_${signer
      .mark('cookie')
      .replaceAll(/[^A-Za-z0-9]/g, '')
      .slice(0, 8)}`,

    /** A session for a key or the administrator's token, with its token; null for everything else. */
    async open(secret: string): Promise<{ token: string; session: ConsoleSession } | null> {
      const found = await owner(hashSecret(secret))
      if (!found) return null
      const now = Math.floor(sharedNow() / 1000)
      const exp = Math.min(now + lifetime, Math.max(now + 1, Math.ceil(found.expires / 1000)))
      const id = newId()
      const claims = { sub: found.caller.id, jti: id, iat: now, exp, secret: found.secret }
      const token = await signer.sign('session+jwt', claims)
      return { token, session: { id, caller: found.caller, expires: exp * 1000 } }
    },

    /** Null when the token is none of a session, or its session or credential has ended. At most a second old. */
    async read(token: string): Promise<ConsoleSession | null> {
      const signed = await signer.verify(token)
      const { data: claims } = claimsSchema.safeParse(signed?.claims)
      if (signed?.type !== 'session+jwt' || !claims) return null
      if (await ended.has({ id: claims.jti, credential: claims.sub })) return null
      const caller = claims.secret === adminMark ? ADMIN : (await owner(claims.secret))?.caller
      if (!caller || caller.id !== claims.sub) return null
      return { id: claims.jti, caller, expires: claims.exp * 1000 }
    },

    /** Ends a session before its time, within a second everywhere. */
    close: ({ id, caller, expires }: ConsoleSession): Promise<void> =>
      ended.add({ id, credential: caller.id }, (expires - sharedNow()) / 1000),
  }
}

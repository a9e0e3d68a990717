import { createHmac, createSecretKey } from 'node:crypto'
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { atMost } from '../platform/at-most.ts'
import { sharedNow } from '../platform/clock.ts'
import { hashSecret } from './secret.ts'

/** The kinds of JWT, told apart by their header's `typ`, so that one never passes for another (RFC 8725). */
export type TokenType = 'at+jwt' | 'task+jwt' | 'session+jwt' | 'feedback+jwt'

/** What a valid token says; nothing of it is older than the token itself. */
export interface SignedToken {
  readonly type: string
  readonly claims: JWTPayload
}

/** Clocks of API processes may differ by so much, in seconds, before a new token is "not valid yet" to another. */
const CLOCK_TOLERANCE = 60

export type TokenSigner = ReturnType<typeof createTokenSigner>

/** Signs and verifies JWTs with the server's key. What a token may still do is for others to say. */
export function createTokenSigner(key: string, issuer: string, now: () => number = sharedNow) {
  const secret = createSecretKey(key, 'utf8')
  // By the token's hash: memory holds no tokens. Only valid ones, so that made-up ones do not push them out.
  const verified = new LRUCache<string, SignedToken>(atMost(10_000))

  async function verifySignature(token: string): Promise<SignedToken | null> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, secret, {
        algorithms: ['HS256'],
        issuer,
        currentDate: new Date(now()),
        requiredClaims: ['sub', 'exp', 'jti'],
        clockTolerance: CLOCK_TOLERANCE,
      })
      return { type: protectedHeader.typ ?? '', claims: payload }
    } catch (error) {
      if (error instanceof errors.JOSEError) return null
      throw error
    }
  }

  return {
    issuer,

    /** Equal claims make equal tokens. */
    sign(type: TokenType, claims: JWTPayload): Promise<string> {
      return new SignJWT({ iss: issuer, ...claims })
        .setProtectedHeader({ alg: 'HS256', typ: type })
        .sign(secret)
    },

    /** What only the server's key makes of a text: it tells nobody the text, and cannot be guessed from it. */
    mark: (text: string): string => createHmac('sha256', secret).update(text).digest('base64url'),

    /** Null for what this server did not sign, and for what has expired. */
    async verify(token: string): Promise<SignedToken | null> {
      const hash = hashSecret(token)
      const signed = verified.get(hash) ?? (await verifySignature(token))
      if (!signed || (signed.claims.exp ?? 0) * 1000 <= now()) return null
      verified.set(hash, signed)
      return signed
    },
  }
}

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new secret: 32 random bytes behind a prefix that secret scanners can find. */
export function newSecret(): string {
  return `sr_${randomBytes(32).toString('base64url')}`
}

/** The only form in which a secret is stored. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex')
}

/** Compares what `hashSecret` made in constant time. */
export function sameHash(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}

/** Compares secrets in constant time, whatever their lengths. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}

import { randomBytes } from 'node:crypto'
import type { Redis } from '../platform/redis/redis.ts'

const KEY = 'signing-key'

/** The key that all API processes of one Redis sign with; whoever needs it first makes it. */
export async function keepSigningKey(redis: Redis): Promise<string> {
  await redis.set(KEY, randomBytes(32).toString('base64url'), 'NX')
  const key = await redis.get(KEY)
  if (key === null) throw new Error('the signing key was removed while it was read')
  return key
}

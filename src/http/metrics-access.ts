import { hashSecret, sameHash } from '../tenancy/secret.ts'

/** Whether a request with this Authorization header may read the numbers of the whole installation. */
export type MayReadMetrics = (authorization: string | undefined) => boolean

/** @param token what they must bring, as a bearer token; null for nothing */
export function createMayReadMetrics(token: string | null): MayReadMetrics {
  if (token === null) return () => true
  const expected = hashSecret(token)
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    return given !== undefined && sameHash(hashSecret(given), expected)
  }
}

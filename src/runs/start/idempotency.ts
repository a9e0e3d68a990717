import { createHash } from 'node:crypto'
import type { IdempotencyKey } from '../store/run-store.ts'
import type { Submission } from './submission.ts'

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

/**
 * The hash of a caller's key, and a fingerprint of everything that makes two requests for a run the same, files included.
 * How long a caller waits is not part of it.
 */
export function idempotencyKeyOf(key: string, input: Submission): IdempotencyKey {
  const { task, inputs, images, revision, revisionTag, llmConfig, useFallback, reference, reportingGroup } =
    input
  const same = [task, inputs, revision, revisionTag, llmConfig, useFallback, reference, reportingGroup]
  return { hash: sha256(key), fingerprint: sha256(JSON.stringify([...same.map(sorted), images.map(sha256)])) }
}

/** The shard of a key: every request with the same key goes to the same shard, where the key is stored. */
export function shardOfKey(hash: string, project: string, shards: number): number {
  return Number.parseInt(sha256(`${project}/${hash}`).slice(0, 8), 16) % shards
}

/** Sorts the members of all objects: objects are the same whatever the order of their members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([name, member]) => [name, sorted(member)]) }
}

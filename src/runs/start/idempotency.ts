import { createHash } from 'node:crypto'
import { sniffImage } from '../../files/image/image-format.ts'
import type { IdempotencyKey } from '../store/run-store.ts'
import type { Submission, SubmittedFile } from './submission.ts'

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')

/**
 * The hash of a caller's key, and a fingerprint of everything that makes two requests for a run the same, files included.
 * How long a caller waits is not part of it. The keys of a token that reaches one task only belong to that task, so that it
 * learns nothing about other runs.
 */
export function idempotencyKeyOf(key: string, input: Submission): IdempotencyKey {
  const { task, inputs, files, revision, revisionTag, llmConfig, useFallback, reference, reportingGroup } =
    input
  const same = [task, inputs, revision, revisionTag, llmConfig, useFallback, reference, reportingGroup]
  // Only where they are given: what was accepted before they counted keeps its fingerprint.
  const timeout = input.timeout === null ? [] : [input.timeout]
  const onLimit = input.onLimit === 'wait' ? [] : [{ onLimit: input.onLimit }]
  const splitKey = input.splitKey ? [{ splitKey: input.splitKey }] : []
  const cache = input.cache ? [{ cache: input.cache }] : []
  const parts = [...same.map(sorted), files.map(fingerprintOf), ...timeout, ...splitKey, ...onLimit, ...cache]
  // No key has a space, so a project's key is never taken for a task's.
  const name = input.onlyTask === null ? key : `${input.onlyTask} ${key}`
  return { hash: sha256(name), fingerprint: sha256(JSON.stringify(parts)) }
}

/** What a document is called decides which processor takes it; of an image, only the bytes count. */
const fingerprintOf = ({ name, data }: SubmittedFile): string =>
  name === null || sniffImage(data) ? sha256(data) : `${sha256(data)} ${name}`

/**
 * The shards in which a key may be stored, each once. The first is where it is stored now; every request with the same
 * key goes there. The others are where it was stored when the number of shards was another one.
 */
export function shardsOfKey(
  { hash }: IdempotencyKey,
  project: string,
  shards: number,
  otherCounts: readonly number[],
): [number, ...number[]] {
  const first = shardOfKey(hash, project, shards)
  const others = new Set(otherCounts.map((count) => shardOfKey(hash, project, count)))
  others.delete(first)
  return [first, ...others]
}

function shardOfKey(hash: string, project: string, shards: number): number {
  return Number.parseInt(sha256(`${project}/${hash}`).slice(0, 8), 16) % shards
}

/** Sorts the members of all objects: objects are the same whatever the order of their members. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return { members: members.map(([name, member]) => [name, sorted(member)]) }
}

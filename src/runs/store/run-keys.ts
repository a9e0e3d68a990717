import { type KeyLayout, keysOf } from '../../platform/redis/key-layout.ts'
import { shardTag } from '../../platform/redis/shard-tag.ts'
import { BULLMQ_LAYOUT } from '../../queue/bullmq-keys.ts'
import { TOTAL_LAYOUT } from '../../totals/total-keys.ts'

/**
 * The keys of a shard's runs. All have the shard's hash tag, so that every script stays within one slot. Indexes of runs
 * are sorted sets of run ids whose scores are all 0: they are sorted by id, and so by the time of creation.
 */
export const RUN_LAYOUT = {
  /** Hash: the record of a run; `run-record.ts` has its fields. */
  run: 'run:<id>',
  /** Index of all runs of a project, and of a task. */
  projectRuns: 'runs:project:<project>',
  taskRuns: 'runs:task:<project>:<task>',
  /** Index of a project's runs in a state. There is none for `succeeded`: nearly all runs would be in it. */
  runsIn: 'runs:state:<project>:<status>',
  /** Index of the shadow runs of a task that have ended; no other index has them. */
  shadowRuns: 'runs:shadow:<project>:<task>',
  /** Hash: how many bytes the shadow runs of a project have, as in `keptBytes`. */
  shadowBytes: 'runs:bytes:shadow:<project>',
  /** List: `<run> <revision>` of shadow runs that wait, the oldest at its right end. */
  shadows: 'shadows',
  /** Sorted set: of those that workers have, the same, by when the worker counts as lost. */
  shadowsTaken: 'shadows-taken',
  /** Hash: for each project, how many bytes of JSON the requests of its queued runs have. */
  queuedBytes: 'queued-bytes',
  /** Hash: how many bytes the ended runs of a project have, by the time until which they are kept, in ms. */
  keptBytes: 'runs:bytes:<project>',
  /** Hash: the same of the files of its runs, also of those that have not ended. */
  fileBytes: 'runs:bytes:files:<project>',
  /** Hash: where the janitor's walk over the keys of each node goes on, and when it last did, in ms. In shard 0 only. */
  indexCursors: 'index-cursors',
  /** Hash: for each number of shards, until when keys that were placed by it may be kept, in ms. In shard 0 only. */
  shardCounts: 'shard-counts',
  /** Index of a project's queued runs for a model that have no job yet, because enough of them are in the queue. */
  backlog: 'backlog:<project>:<model>',
  /** Hash: for each `<project>:<model>`, how many of their runs are in `enqueued`. */
  enqueuedCounts: 'enqueued-counts',
  /** Sorted set: queued runs with a job, except deferred ones, by the time of their creation. */
  enqueued: 'enqueued',
  /** Sorted set: deferred runs, by the time at which their job is delivered. */
  deferred: 'deferred',
  /** Sorted set: all queued runs, by the time at which they expire. */
  expiring: 'expiring',
  /** Sorted set: running runs by the time of their latest claim. */
  running: 'running',
  /** Channel: ids of running runs that are to be cancelled. */
  cancels: 'cancels',
  /** Channel: replies to an API process, about runs that have ended. */
  replies: 'replies:<api>',
  /**
   * String: what the model of a live run has said in its latest attempt, behind a line that says which attempt that is.
   */
  live: 'live:<id>',
  /** Channel: for an API process, what the live runs say that it listens to. */
  news: 'news:<api>',
  /** Channel: ids of the projects that are watched. In shard 0 only. */
  watching: 'watching',
  /** Channel: runs of watched projects that have ended. In shard 0 only. */
  ends: 'ends',
  /** Channel: names of model servers whose limit of calls in flight has room again. In shard 0 only. */
  freed: 'freed',
  /** Channel: runs that are dispatched to a worker. */
  dispatch: 'dispatch:<worker>',
  /**
   * Hash: how many runs were dispatched to a worker so far, how long its locks last, and which models it has no room
   * for.
   */
  dispatched: 'dispatched:<worker>',
  /** Sorted set: workers that announced their capacity, by how many more runs may be dispatched to them. */
  capacities: 'capacities',
  /** String: the run of an idempotency key, and the fingerprint of its request. */
  idempotency: 'idempotency:<project>:<hash>',
} as const satisfies KeyLayout

/** All keys that the scripts of runs use: of runs, of their jobs, and of their deltas. */
export const SHARD_LAYOUT = {
  ...BULLMQ_LAYOUT,
  ...RUN_LAYOUT,
  deltas: TOTAL_LAYOUT.deltas,
} as const satisfies KeyLayout

const known: ReturnType<typeof keysUnder>[] = []
const keysUnder = (tag: string) => ({
  ...keysOf(RUN_LAYOUT, `${tag}:`),
  /** The prefix of all these keys. Scripts get it, and build the keys from it. */
  prefix: `${tag}:`,
})

/** The keys of one shard. */
export function shardKeys(shard: number): ReturnType<typeof keysUnder> {
  known[shard] ??= keysUnder(shardTag(shard))
  return known[shard]
}

/** Matches the indexes of runs in all shards, for SCAN; what else may match, `readIndexKey` passes over. */
export const INDEX_PATTERN = '{*}:runs:*'

/** The prefix of the shard of an index; null when it is no index of runs. */
export function readIndexKey(key: string): { prefix: string } | null {
  const [, prefix] = /^(\{[^{}]+\}:)runs:(project|task|state|shadow):/.exec(key) ?? []
  return prefix ? { prefix } : null
}

/** True for the keys of bytes that are kept, of any project. */
export const isKeptBytesKey = (key: string): boolean => /^\{[^{}]+\}:runs:bytes:/.test(key)

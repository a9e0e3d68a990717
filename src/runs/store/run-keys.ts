import { type KeyLayout, keysOf } from '../../platform/redis/key-layout.ts'
import { shardTag } from '../../platform/redis/shard-tag.ts'
import { BULLMQ_LAYOUT } from '../../queue/bullmq-keys.ts'
import { TOTAL_LAYOUT } from '../../totals/total-keys.ts'

/**
 * Where a shard keeps its runs. All of it shares the shard's hash tag, so that every script stays within one slot.
 * Indexes of runs are sorted sets whose scores are all 0, so that their members, ids, stand in the order of their time.
 */
export const RUN_LAYOUT = {
  /** Hash: what is known of a run; `run-record.ts` says what its fields are. */
  run: 'run:<id>',
  /** Index of all runs of a project, and of a task. */
  projectRuns: 'runs:project:<project>',
  taskRuns: 'runs:task:<project>:<task>',
  /** Index of a project's runs in a state; there is none for `succeeded`, which nearly all are. */
  runsIn: 'runs:state:<project>:<status>',
  /** Index of a project's queued runs for a model that have no job yet, because enough of them are in the queue. */
  backlog: 'backlog:<project>:<model>',
  /** Hash: per `<project>:<model>`, how many of their runs are in `enqueued`. */
  enqueuedCounts: 'enqueued-counts',
  /** Sorted set: queued runs that have a job, by the time they were made. Those that are deferred are not in it. */
  enqueued: 'enqueued',
  /** Sorted set: queued runs whose job is delivered later, by that time. */
  deferred: 'deferred',
  /** Sorted set: all queued runs, by the time at which they expire. */
  expiring: 'expiring',
  /** Sorted set: running runs by the time of their latest claim. */
  running: 'running',
  /** Channel: ids of running runs that are to be cancelled. */
  cancels: 'cancels',
  /** Channel: on which an API process hears of runs that have ended. */
  replies: 'replies:<api>',
  /** Channel: on which a worker is given runs as they are created. */
  dispatch: 'dispatch:<worker>',
  /** Hash: how many runs that worker was given so far, how long its locks last, and which models it has no room for. */
  dispatched: 'dispatched:<worker>',
  /** Sorted set: workers by how many more runs they may be given, of those that have said so lately. */
  capacities: 'capacities',
  /** The run that an idempotency key has, and the fingerprint of its request. */
  idempotency: 'idempotency:<project>:<hash>',
} as const satisfies KeyLayout

/** All that the scripts of runs work on: runs, their jobs, and the numbers they put down. */
export const SHARD_LAYOUT = {
  ...BULLMQ_LAYOUT,
  ...RUN_LAYOUT,
  deltas: TOTAL_LAYOUT.deltas,
} as const satisfies KeyLayout

const known: ReturnType<typeof keysUnder>[] = []
const keysUnder = (tag: string) => ({
  ...keysOf(RUN_LAYOUT, `${tag}:`),
  /** What all of them begin with: scripts are given it, and make theirs of it. */
  prefix: `${tag}:`,
})

/** The keys of one shard. */
export function shardKeys(shard: number): ReturnType<typeof keysUnder> {
  known[shard] ??= keysUnder(shardTag(shard))
  return known[shard]
}

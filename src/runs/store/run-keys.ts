import { shardTag } from '../../platform/redis/shard-tag.ts'
import type { RunStatus } from '../run.ts'

/** The keys of one shard. All share its hash tag, so that every script stays within one slot. */
export function shardKeys(shard: number): ReturnType<typeof keysUnder> {
  known[shard] ??= keysUnder(shardTag(shard))
  return known[shard]
}

const known: ReturnType<typeof keysUnder>[] = []

const keysUnder = (tag: string) => ({
  /** What all others begin with; scripts make theirs of it. */
  prefix: `${tag}:`,
  run: (id: string) => `${tag}:run:${id}`,
  /** Ids of all runs of a project or a task. */
  runsOf: (owner: string) => `${tag}:runs:${owner}`,
  /** Ids of a project's runs in a state; there is none for `succeeded`, which nearly all are. */
  runsIn: (project: string, status: RunStatus) => `${tag}:runs:${project}:${status}`,
  /** Ids of a project's queued runs that have no job yet, because the project has enough of them in the queue. */
  lane: (project: string) => `${tag}:lane:${project}`,
  /** Per project, how many of its queued runs count as enqueued; under `*`, how many runs are queued in all. */
  lanes: () => `${tag}:lanes`,
  /** Queued runs that have a job, or are about to get one, by the time they were created. */
  enqueued: () => `${tag}:enqueued`,
  /** Running runs by the time of their latest claim. */
  running: () => `${tag}:running`,
  /** What workers have to be told: runs to cancel. */
  signals: () => `${tag}:signals`,
  /** The channel on which an API process hears of runs that have ended. */
  reply: (api: string) => `${tag}:reply:${api}`,
  /** The channel on which a worker is handed runs. */
  hand: (worker: string) => `${tag}:hand:${worker}`,
  idempotency: (project: string, keyHash: string) => `${tag}:idem:${project}:${keyHash}`,
  /** What settled runs have put down to be added to the totals. */
  tallies: () => `${tag}:tallies`,
  /** Names of the totals that are kept for ever. */
  rollups: () => `${tag}:rollups`,
  /** Names of a project's totals of one day. */
  dayRollups: (project: string, day: string) => `${tag}:rollups:${project}:${day}`,
  rollup: (name: string, day: string | null) => `${tag}:rollup:${name}${day ? `:${day}` : ''}`,
})

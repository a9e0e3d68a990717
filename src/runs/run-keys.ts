import type { RunStatus } from './run.ts'

/** The keys of one shard. All share its hash tag, so that every script stays within one slot. */
export const shardKeys = (shard: number) => ({
  /** What all others begin with; scripts make theirs of it. */
  prefix: `{s${shard}}:`,
  run: (id: string) => `{s${shard}}:run:${id}`,
  /** Ids of all runs of a project or a task. */
  runsOf: (owner: string) => `{s${shard}}:runs:${owner}`,
  /** Ids of a project's runs in a state; there is none for `succeeded`, which nearly all are. */
  runsIn: (project: string, status: RunStatus) => `{s${shard}}:runs:${project}:${status}`,
  /** Ids of a project's queued runs that have no job yet, because the project has enough of them in the queue. */
  lane: (project: string) => `{s${shard}}:lane:${project}`,
  /** Per project, how many of its queued runs count as enqueued; under `*`, how many runs are queued in all. */
  lanes: () => `{s${shard}}:lanes`,
  /** Queued runs that have a job, or are about to get one, by the time they were created. */
  enqueued: () => `{s${shard}}:enqueued`,
  /** Running runs by the time of their latest claim. */
  running: () => `{s${shard}}:running`,
  /** What workers have to be told: runs to cancel. */
  signals: () => `{s${shard}}:signals`,
  reply: (api: string) => `{s${shard}}:reply:${api}`,
  idempotency: (project: string, keyHash: string) => `{s${shard}}:idem:${project}:${keyHash}`,
  /** What settled runs have put down to be added to the totals. */
  tallies: () => `{s${shard}}:tallies`,
  /** Names of the totals that are kept for ever. */
  rollups: () => `{s${shard}}:rollups`,
  /** Names of a project's totals of one day. */
  dayRollups: (project: string, day: string) => `{s${shard}}:rollups:${project}:${day}`,
  rollup: (name: string, day: string | null) => `{s${shard}}:rollup:${name}${day ? `:${day}` : ''}`,
})

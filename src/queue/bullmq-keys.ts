import type { KeyLayout } from '../platform/redis/key-layout.ts'
import { keysOf } from '../platform/redis/key-layout.ts'
import { shardTag } from '../platform/redis/shard-tag.ts'

/** The name of the queue of runs, and of its jobs. There is one per shard. */
export const RUN_QUEUE = 'run'

/** BullMQ's option `prefix` for a shard: its keys have the shard's hash tag, and never collide with those of runs. */
export const queuePrefix = (shard: number): string => `${shardTag(shard)}:q`

/**
 * The keys of BullMQ in a shard that our scripts use; `bullmq-jobs.lua` says what each one means. They are spelled
 * nowhere else, and `test/integration/queue` compares them with BullMQ's own classes.
 */
export const BULLMQ_LAYOUT = {
  job: `q:${RUN_QUEUE}:<id>`,
  lock: `q:${RUN_QUEUE}:<id>:lock`,
  wait: `q:${RUN_QUEUE}:wait`,
  active: `q:${RUN_QUEUE}:active`,
  delayed: `q:${RUN_QUEUE}:delayed`,
  prioritized: `q:${RUN_QUEUE}:prioritized`,
  stalled: `q:${RUN_QUEUE}:stalled`,
  marker: `q:${RUN_QUEUE}:marker`,
  meta: `q:${RUN_QUEUE}:meta`,
  limiter: `q:${RUN_QUEUE}:limiter`,
  priorityCounter: `q:${RUN_QUEUE}:pc`,
} as const satisfies KeyLayout

/** The same keys for TypeScript. */
export const bullmqKeys = (shard: number) => keysOf(BULLMQ_LAYOUT, `${shardTag(shard)}:`)

import { timeOfId } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import { shardKeys } from './run-keys.ts'
import { writingScript } from './run-script.ts'

const script = writingScript('queue')

/** Most running runs of a project in a shard whose models are looked at; of more, none is counted by model. */
const MOST_RUNNING = 1000

/** What of a project waits and runs. */
export interface QueueState {
  /** Runs that wait, held ones included. */
  readonly queued: number
  /** Of them, those without a job: beyond their project's window, or deferred. */
  readonly held: number
  readonly running: number
  /** Ms since the creation of the oldest run that waits; null where none does. */
  readonly oldestMs: number | null
  /** Worker processes that serve all shards, whatever they do; null where Redis does not say. */
  readonly workers: number | null
  /** By id of the model that a run waits for or was claimed for; '' where that is not known. */
  readonly byModel: ReadonlyMap<string, { queued: number; held: number; running: number }>
}

type Reply = [
  queued: number,
  running: number,
  oldest: string,
  workers: number,
  ...([number, number] | (string | number)[])[],
]

/** Reads what of a project waits and runs; one script for each shard. */
export async function readQueueState(
  redis: Redis,
  shards: number,
  project: string,
  models: readonly string[],
  now: number,
): Promise<QueueState> {
  // Runs whose model is not known wait under no name.
  const all = [...new Set([...models, ''])]
  const replies = await Promise.all(
    Array.from({ length: shards }, async (_, shard) => {
      const args = [project, MOST_RUNNING, ...all]
      return (await script(redis, [shardKeys(shard).prefix], args)) as Reply
    }),
  )
  const byModel = new Map(all.map((model) => [model, { queued: 0, held: 0, running: 0 }]))
  for (const [, , , , ...rest] of replies) {
    for (const [at, model] of all.entries()) {
      const [enqueued, held] = rest[at] as [number, number]
      const own = entryOf(byModel, model)
      own.queued += enqueued + held
      own.held += held
    }
    const running = rest.at(-1) as (string | number)[]
    for (let at = 0; at < running.length; at += 2) {
      entryOf(byModel, String(running[at])).running += Number(running[at + 1])
    }
  }
  const sum = (which: 0 | 1) => replies.reduce((total, reply) => total + reply[which], 0)
  const queued = sum(0)
  const enqueued = [...byModel.values()].reduce((total, each) => total + each.queued - each.held, 0)
  const oldest = replies.flatMap((reply) => (reply[2] === '' ? [] : [timeOfId(reply[2])]))
  const workers = Math.min(...replies.map((reply) => reply[3]))
  return {
    queued,
    held: Math.max(0, queued - enqueued),
    running: sum(1),
    oldestMs: oldest.length > 0 ? Math.max(0, now - Math.min(...oldest)) : null,
    workers: workers < 0 ? null : workers,
    byModel,
  }
}

function entryOf<T extends { queued: number; held: number; running: number }>(
  all: Map<string, T>,
  model: string,
) {
  const known = all.get(model) ?? ({ queued: 0, held: 0, running: 0 } as T)
  all.set(model, known)
  return known
}

import { shardOf } from '../../platform/ids.ts'
import type { Redis } from '../../platform/redis/redis.ts'
import type { FeedbackDelta } from '../../totals/delta.ts'
import { shardKeys } from './run-keys.ts'
import { writingScript } from './run-script.ts'

const feedback = writingScript('feedback')

const OUTCOMES = ['changed', 'written', 'absent'] as const

export type FeedbackRecords = ReturnType<typeof createFeedbackRecords>

/** Feedback on runs, which is kept with their records, and as long. */
export function createFeedbackRecords(redis: Redis) {
  const keysFor = (id: string) => shardKeys(shardOf(id))
  return {
    /** The feedback on a run as JSON; null for none. */
    read: (id: string): Promise<string | null> => redis.hget(keysFor(id).run(id), 'feedback'),

    /**
     * Replaces the feedback on a run, and stores what it adds to the totals, in one step. `changed`: it is not `before`
     * any more, and nothing was written; `absent`: the run is gone.
     */
    async write(
      id: string,
      before: string | null,
      after: string,
      delta: FeedbackDelta | null,
    ): Promise<(typeof OUTCOMES)[number]> {
      const args = [id, before ?? '', after, delta ? JSON.stringify(delta) : '']
      return OUTCOMES[Number(await feedback(redis, [keysFor(id).prefix], args))] ?? 'changed'
    },
  }
}

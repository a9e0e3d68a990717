import type { Redis } from '../../platform/redis/redis.ts'
import type { Verdict } from '../verdict.ts'

/** Hash: what was found last of each task, by `<project>/<task>`. */
const NOTES = 'verdicts'
/** String: there while a process has noted them within the last period. */
const NOTED = 'verdicts-noted'
/** String: the task that was looked at last. */
const CURSOR = 'verdicts-cursor'

/** What is known of one metric of a revision, beside that of the largest share. */
export interface NotedVerdict {
  readonly revision: string
  /** From drawn runs, or from pairs with shadow runs. */
  readonly of: 'traffic' | 'shadow'
  readonly metric: string
  readonly verdict: Verdict
  /** Null before there is a run. */
  readonly difference: number | null
  readonly interval: readonly [low: number, high: number]
}

export interface NotedTask {
  readonly project: string
  readonly task: string
  readonly verdicts: readonly NotedVerdict[]
}

export type VerdictNotes = ReturnType<typeof createVerdictNotes>

/** The only owner of the verdicts that the metrics show: comparing at each scrape would cost too much. */
export function createVerdictNotes(redis: Redis) {
  return {
    /** True for one process in each period. */
    async isDue(everyMs: number): Promise<boolean> {
      return (await redis.set(NOTED, '1', 'PX', everyMs, 'NX')) === 'OK'
    },
    cursor: (): Promise<string | null> => redis.get(CURSOR),
    async moveTo(cursor: string | null): Promise<void> {
      if (cursor === null) await redis.del(CURSOR)
      else await redis.set(CURSOR, cursor)
    },
    async note({ project, task, verdicts }: NotedTask): Promise<void> {
      const field = `${project}/${task}`
      if (verdicts.length === 0) await redis.hdel(NOTES, field)
      else await redis.hset(NOTES, field, JSON.stringify(verdicts))
    },
    async all(): Promise<NotedTask[]> {
      return Object.entries(await redis.hgetall(NOTES)).map(([field, text]) => {
        const [project = '', task = ''] = field.split('/')
        return { project, task, verdicts: JSON.parse(text) as NotedVerdict[] }
      })
    },
  }
}

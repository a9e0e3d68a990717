import type { Redis } from '../../platform/redis/redis.ts'
import { taskKeys } from '../task-layout.ts'
import type { TrafficChange } from './split.ts'

/** So many changes may be added to a history between two commands. */
const ADDED_MEANWHILE = 20

/** The part of the task store that reads histories of weights; they are written where tasks are saved. */
export function readTrafficHistory(redis: Redis) {
  return {
    /** The changes of a task's weights, newest first, below `before` if that is given; at most `limit`. */
    async trafficHistory(
      project: string,
      id: string,
      before: number | null,
      limit: number,
    ): Promise<TrafficChange[]> {
      const key = taskKeys(project).trafficHistory(id)
      const newest = await redis.lindex(key, 0)
      if (newest === null) return []
      // Entries are numbered without gaps, so their places are known, unless others are added in between.
      const { seq } = JSON.parse(newest) as TrafficChange
      const from = before === null ? 0 : Math.max(0, seq - before + 1)
      const texts = await redis.lrange(key, from, from + limit + ADDED_MEANWHILE)
      const changes = texts.map((text) => JSON.parse(text) as TrafficChange)
      return changes.filter((change) => before === null || change.seq < before).slice(0, limit)
    },
  }
}

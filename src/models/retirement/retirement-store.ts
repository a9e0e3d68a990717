import { z } from 'zod'
import type { Redis } from '../../platform/redis/redis.ts'

/** A hash from the ids of models to what their servers say of their end. */
const KEY = 'model-retirements'
/** Held by the process that has asked the servers, for as long as nobody needs to ask again. */
const TURN_KEY = 'model-retirements:turn'
/** Seconds: a little less than a day, so that the time of day does not wander. */
const TURN = 86_000
/** Seconds. What no process renews is forgotten: models that are no longer configured. */
const KEPT = 7 * 86_400

const retirementSchema = z.object({
  /** ISO 8601. */
  retires: z.iso.datetime(),
  /** Tasks of all projects whose active revisions, or their fallbacks, use the model. */
  tasks: z.int(),
})
export type Retirement = z.infer<typeof retirementSchema>

export type RetirementStore = ReturnType<typeof createRetirementStore>

/** When models end, according to their servers. */
export function createRetirementStore(redis: Redis) {
  return {
    /** True for one process a day, which is to ask the servers. */
    takeTurn: async (): Promise<boolean> => (await redis.set(TURN_KEY, '1', 'EX', TURN, 'NX')) === 'OK',

    /** For a process that could not do it. */
    returnTurn: async (): Promise<void> => void (await redis.del(TURN_KEY)),

    /** Puts these in place of all that were there, by the ids of models. */
    async replace(all: ReadonlyMap<string, Retirement>): Promise<void> {
      const transaction = redis.multi().del(KEY)
      for (const [model, retirement] of all) transaction.hset(KEY, model, JSON.stringify(retirement))
      if (all.size > 0) transaction.expire(KEY, KEPT)
      await transaction.exec()
    },

    async read(): Promise<Map<string, Retirement>> {
      const found = new Map<string, Retirement>()
      for (const [model, text] of Object.entries(await redis.hgetall(KEY))) {
        const known = retirementSchema.safeParse(JSON.parse(text)).data
        if (known) found.set(model, known)
      }
      return found
    },
  }
}

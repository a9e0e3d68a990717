import type { Redis } from '../../platform/redis/redis.ts'
import { type Adaptation, adaptationSchema } from './adaptation.ts'

/** A hash from the ids of models to what was learned of them. */
const KEY = 'model-adaptations'

export type AdaptationStore = ReturnType<typeof createAdaptationStore>

/** What all processes of one Redis have learned about models. */
export function createAdaptationStore(redis: Redis) {
  return {
    /** @param rememberMs how long it is kept, at most */
    async save(model: string, adaptation: Adaptation, rememberMs: number): Promise<void> {
      await redis.hset(KEY, model, JSON.stringify(adaptation))
      await redis.pexpire(KEY, Math.ceil(rememberMs))
    },

    /** What is still believed at `now`, by the ids of models. */
    async read(now: number): Promise<Map<string, Adaptation>> {
      const found = new Map<string, Adaptation>()
      for (const [model, text] of Object.entries(await redis.hgetall(KEY))) {
        const known = parse(text)
        if (known && known.until > now) found.set(model, known)
      }
      return found
    },
  }
}

/** Null for what another version wrote: it is learned again. */
function parse(text: string): Adaptation | null {
  try {
    return adaptationSchema.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

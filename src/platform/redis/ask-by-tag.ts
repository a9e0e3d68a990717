import type { ChainableCommander } from 'ioredis'
import type { Redis } from './redis.ts'

/**
 * Asks the same of many keys: one round trip for all that share a hash tag, which is all that a cluster allows, and all
 * round trips at once. The replies are in the order of the keys.
 * @throws the first error among them
 */
export async function askByTag<R>(
  redis: Redis,
  keys: readonly string[],
  ask: (pipeline: ChainableCommander, key: string) => void,
): Promise<R[]> {
  const places = keys.map((key, at) => ({ key, at }))
  const replies: R[] = new Array(keys.length)
  const pipelines = [...Map.groupBy(places, ({ key }) => hashTagOf(key)).values()].map(async (together) => {
    const pipeline = redis.pipeline()
    for (const { key } of together) ask(pipeline, key)
    const answers = (await pipeline.exec()) ?? []
    for (const [index, { at }] of together.entries()) {
      const [error, reply] = answers[index] ?? []
      if (error) throw error
      replies[at] = reply as R
    }
  })
  await Promise.all(pipelines)
  return replies
}

/** What Redis finds a key's slot by: the text within its first braces, else all of it. */
function hashTagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key
}

import type { Redis } from '../../src/platform/redis/redis.ts'
import { reuseKeys } from '../../src/runs/reuse/reuse-layout.ts'
import { allKeys } from './all-keys.ts'

/** The keys of the results that are kept of a task, without those of marks of what was asked. */
export async function resultKeys(redis: Redis, project: string, task: string): Promise<string[]> {
  const keys = await allKeys(redis, reuseKeys(project).result(task, '*'))
  const texts = await Promise.all(keys.map((key) => redis.get(key)))
  return keys.filter((_, at) => texts[at]?.includes('{'))
}

import type { Redis } from './redis.ts'
import { loadScript } from './script.ts'

const script = loadScript(new URL('./swap.lua', import.meta.url))

/**
 * Puts a text in the place of another one, in one step; '' stands for none.
 * @returns false, and changes nothing, where another one than `before` is there
 */
export async function swap(redis: Redis, key: string, before: string, after: string): Promise<boolean> {
  return (await script(redis, [key], [before, after])) === 1
}

import { hash } from 'node:crypto'
import { ValidationError } from '../../platform/errors.ts'

/** How a run has part in the reuse of results. */
export interface CacheUse {
  /** For how long its result is kept, and how old one may be that it reuses. */
  readonly seconds: number
  /** True: it reuses none, but its own is kept. */
  readonly fresh?: true | undefined
  /** SHA-256 of its files as they were sent, in their order; absent where it has none. */
  readonly files?: readonly string[] | undefined
}

/** What a caller says of it: nothing (null), that it has no part in it (`off`), `refresh`, or for how many seconds. */
export type CacheWish = number | 'off' | 'refresh' | null

/**
 * The part that a run has in the reuse of results; undefined for none. What the caller says goes before what the task says.
 * @throws {ValidationError} when a result is to be made anew of a task that keeps none
 */
export function cacheUseOf(
  task: { readonly cache: number },
  wish: CacheWish,
  files: readonly { readonly data: Buffer }[],
): CacheUse | undefined {
  if (wish === 'off') return undefined
  if (wish === 'refresh' && task.cache === 0) {
    throw ValidationError.at(['query', 'cache'], 'the task keeps no results: say for how many seconds')
  }
  const seconds = typeof wish === 'number' ? wish : task.cache
  if (seconds === 0) return undefined
  return {
    seconds,
    ...(wish === 'refresh' && { fresh: true as const }),
    ...(files.length > 0 && { files: files.map(({ data }) => hash('sha256', data, 'hex')) }),
  }
}

import { type KeyLayout, keysOf } from '../../platform/redis/key-layout.ts'
import { loadScript, type Script } from '../../platform/redis/script.ts'

/**
 * The keys of the results that runs of a project reuse. All have the project's hash tag, and what belongs to a question
 * has the task, too: neither two projects nor two tasks ever have a key together. Only `reuse-store.ts` uses them.
 */
const REUSE_LAYOUT = {
  /** String: when it was kept (ms), and the result as `kept-result.ts` writes it, or for a mark the run that asked. It expires. */
  result: 'reuse:result:<task>:<hash>',
  /** Sorted set: the runs that execute for all others, by when their leases end (ms). */
  leads: 'reuse:leads:<task>:<hash>',
  /** Sorted set: the runs that wait for them, by id and so by time. */
  waiting: 'reuse:waiting:<task>:<hash>',
  /** String: how many of them have failed of late. */
  failed: 'reuse:failed:<task>:<hash>',
  /** Sorted set: `<task>:<hash>` of all that the project keeps, by when they end (ms). */
  kept: 'reuse:kept',
  /** Hash: how many bytes each of them has, and under `all` how many all have together. */
  sizes: 'reuse:sizes',
} as const satisfies KeyLayout

const prefixOf = (project: string): string => `{${project}}:`

export const reuseKeys = (project: string) => ({
  ...keysOf(REUSE_LAYOUT, prefixOf(project)),
  /** The prefix of all these keys. Scripts get it, and build the keys from it. */
  prefix: prefixOf(project),
})

const file = (name: string): URL => new URL(`./scripts/${name}.lua`, import.meta.url)

/** @param also names of `.lua` files whose functions it uses */
export const reuseScript = (name: string, ...also: string[]): Script =>
  loadScript(file(name), { layout: REUSE_LAYOUT, prefix: 'KEYS[1]', shared: also.map(file) })
